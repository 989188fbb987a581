// Puts the largest state there can be through the unit's own scripts, and says how much room it took and what came back.
const fs = require("fs");
const vm = require("vm");
const { scripts, items, lessons, quizzes } = JSON.parse(fs.readFileSync(0, "utf-8"));

globalThis.crypto ??= require("crypto").webcrypto;
for (const script of scripts) vm.runInThisContext(fs.readFileSync(script, "utf-8"), { filename: script });

const { quiz, result } = vm.runInThisContext(`(given) => {
  const { items, lessons, quizzes } = given;
  const quiz = { version: "0123456789abcdef", items, scoring: "partial", kind: "practice" };
  const sitting = KitbagSitting.begin(quiz);
  for (const item of items) sitting.answers[item.id].response = item.answer;
  const packed = KitbagResponses.pack(quiz, sitting);
  const state = {
    done: Array.from({ length: lessons }, (_, n) => n % 3 > 0),
    best: Array.from({ length: quizzes }, (_, n) => (n % 2 ? "52/3" : null)),
    sittings: Array.from({ length: 9 }, (_, n) => ["q" + n, packed]),
  };
  const { text, kept } = KitbagUnitState.write(state);
  const back = KitbagUnitState.read(text, lessons, quizzes);
  const again = back.sittings.length ? KitbagResponses.unpack(quiz, back.sittings[0][1]) : null;
  return { quiz, result: {
    length: text.length, kept,
    same: JSON.stringify([back.done, back.best]) === JSON.stringify([state.done, state.best]),
    answers: again && JSON.stringify(again.answers) === JSON.stringify(sitting.answers),
    foreign: KitbagUnitState.read("Someone else's words | 1", 2, 1),
  } };
}`)({ items, lessons, quizzes });
console.log(JSON.stringify(result));
