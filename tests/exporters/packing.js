// Puts states of a unit through its own scripts, and says how much room each took and what came back.
const fs = require("fs");
const vm = require("vm");
const { scripts, cases } = JSON.parse(fs.readFileSync(0, "utf-8"));

globalThis.crypto ??= require("crypto").webcrypto;
for (const script of scripts) vm.runInThisContext(fs.readFileSync(script, "utf-8"), { filename: script });

const run = vm.runInThisContext(`({ lessons, practice, items, attempts, running, room }) => {
  const form = { items: items.map((item) => ({ objective: "o", order: [], ...item })), objectives: [] };
  const test = {
    kind: "test", quiz: "final", kit: "", course: "c", edition: "1", scoring: "partial", rule: null, minutes: 45, attempts,
    cut_score: 80, version: "0123456789abcdef", strings: {}, sites: [],
    forms: Array.from({ length: attempts }, (_, n) => ({ form: "F" + n, ...form })),
  };
  const answers = Object.fromEntries(items.map(({ id, answer }, n) => (
    [id, { response: KitbagSitting.fit(test, form.items[n], answer), ms: 1000 * n, flagged: n % 3 === 0 }])));
  const started = 1700000000000;
  const sitting = (number) => ({
    version: test.version, kit: "", id: KitbagSitting.uuid(), number, started, deadline: started + 45 * 60000,
    seen: started + 60000, at: items.length - 1, answers,
  });
  const done = Array.from({ length: attempts - (running ? 1 : 0) }, (_, n) => ({
    version: test.version, kit: "", late: n % 2 === 1, person: null, saved: null,
    record: KitbagRecord.record(KitbagRecord.formOf(test, n + 1), sitting(n + 1), started + 600000),
  }));
  const state = {
    schema: "kitbag-test/1", rev: 0, person: "", large: true, allowed: ["large-text"], done,
    sitting: running ? sitting(attempts) : null,
  };
  const quiz = { kind: "practice", quiz: "q0", version: "0123456789abcdef", items: form.items, scoring: "partial" };
  const training = { ...KitbagSitting.begin(quiz), earlier: [] };
  for (const { id } of items) training.answers[id].response = answers[id].response;
  const quizzes = Array.from({ length: practice }, (_, n) => ({ id: "q" + n, possible: "20", test: false, needed: true }));
  const data = {
    version: "abcd1234", lessons: Array.from({ length: lessons }, (_, n) => "m/" + n), lessonsCount: "opened", measures: [],
    scored: [], quizzes: [...quizzes, { id: "final", possible: "25", test: true, needed: true }],
  };
  const memory = {
    done: data.lessons.map((_, n) => n % 3 > 0),
    opened: data.lessons.map((_, n) => n % 2 > 0),
    best: data.quizzes.map((_, n) => (n % 4 ? { score: n % 2 ? "52/3" : "20", possible: "20", waiting: "0", last: n % 3 === 0 } : null)),
    sittings: [
      ...quizzes.slice(0, 9).map(({ id }) => [id, KitbagPacking.pack({ ...quiz, quiz: id }, training)]),
      ["final", KitbagPacking.packTest(test, state)],
    ],
  };
  const { text, kept } = KitbagUnitState.write(data, memory, room);
  const back = KitbagUnitState.read(data, text);
  const found = (name) => (back.sittings.find(([one]) => one === name) || [name, [{ parts: null }]])[1][0].parts;
  const again = KitbagPacking.unpackTest(test, found("final"));
  const trained = KitbagPacking.unpack(quiz, found("q0"));
  const same = (one, other) => KitbagSitting.canonical(one) === KitbagSitting.canonical(other);
  const plain = ({ record, late }) => [record.marks, record.possible, record.submitted, record.id, late];
  const responses = ({ record }) => record.items.map(({ response }) => response);
  return {
    length: text.length,
    kept,
    counts: same([back.done, back.opened, back.best], [memory.done, memory.opened, memory.best]),
    results: Boolean(again) && same(again.done.map(plain), done.map(plain)),
    responses: Boolean(again) && same(again.done.map(responses), done.map(responses)),
    sitting: Boolean(again) && same(again.sitting, state.sitting),
    written: again && again.sitting ? Object.values(again.sitting.answers).map(({ response }) => response) : [],
    practice: Boolean(trained) && same(trained, training),
    foreign: KitbagUnitState.read(data, "Someone else's words | 1").best.every((best) => best === null)
      && KitbagPacking.unpackTest({ ...test, version: "other" }, found("final")) === null
      && [5, null, [null], [[]], [[1, "id", "?"]]].every((attempts) => (
        [KitbagPacking.unpackTest(test, [test.version, 1, "", attempts])].every((one) => one === null || one.done.length < 2))),
  };
}`);
console.log(JSON.stringify(cases.map(run)));
