// A sitting in little room: choices as bits, texts apart. Nothing here knows a platform.

/**
 * @typedef {{parts: unknown[], whole: boolean}} KitbagPacked Not whole where an answer is missing that may still count.
 */

const KitbagPacking = (() => {
  "use strict";

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const SECONDS = 12; // bits: more than an hour at one question is an hour

  /** @param {number} values How many bits tell so many values apart. */
  const width = (values) => (values - 1).toString(2).length;

  /** Six bits a character, without the zeros at the end. */
  function writer() {
    let text = "";
    let held = "";
    return {
      /** @param {number} value @param {number} bits */
      put(value, bits) {
        held += value.toString(2).padStart(bits, "0");
        for (; held.length >= 6; held = held.slice(6)) text += ALPHABET[parseInt(held.slice(0, 6), 2)];
      },
      end: () => (text + (held && ALPHABET[parseInt(held.padEnd(6, "0"), 2)])).replace(/A+$/, ""),
    };
  }

  /** @param {string} text */
  function reader(text) {
    let at = 0;
    return {
      /** @param {number} bits */
      take(bits) {
        let value = 0;
        for (let n = 0; n < bits; n += 1, at += 1) {
          const six = Math.max(0, ALPHABET.indexOf(text[Math.floor(at / 6)] || "A"));
          value = value * 2 + ((six >> (5 - (at % 6))) & 1);
        }
        return value;
      },
    };
  }

  /** @typedef {ReturnType<typeof writer>} Writer @typedef {ReturnType<typeof reader>} Reader */

  /** @param {readonly KitbagNamed[]} all @param {string} id */
  const placeOf = (all, id) => all.findIndex((one) => one.id === id);

  /**
   * @param {Writer} bits
   * @param {KitbagQuestion} item
   * @param {KitbagResponse} response
   * @param {unknown[] | null} texts Takes what no bits can say; without it, such an answer is left out.
   * @param {{[criterion: string]: number}} [marking]
   */
  function putAnswer(bits, item, response, texts, marking) {
    const [left, right] = KitbagResponses.sides(item);
    const written = !left.length && item.type !== "true-false";
    const there = response !== null && (!written || texts !== null);
    bits.put(there ? 1 : 0, 1);
    if (!there) return;
    if (item.type === "true-false") bits.put(response === "true" ? 1 : 0, 1);
    else if (written) /** @type {unknown[]} */ (texts).push(marking ? [response, marking] : response);
    else if (right.length) {
      const pairs = /** @type {{[id: string]: string}} */ (response);
      for (const { id } of left) bits.put(KitbagSitting.own(pairs, id) ? placeOf(right, pairs[id]) + 1 : 0, width(right.length + 1));
    } else if (item.type === "multiple-response") {
      for (const { id } of left) bits.put(/** @type {string[]} */ (response).includes(id) ? 1 : 0, 1);
    } else {
      for (const id of [response].flat()) bits.put(placeOf(left, String(id)), width(left.length));
    }
  }

  /** @param {Reader} bits @param {KitbagQuestion} item @param {unknown[]} texts @returns {KitbagAnswer} */
  function takeAnswer(bits, item, texts) {
    if (!bits.take(1)) return { response: null };
    const [left, right] = KitbagResponses.sides(item);
    if (item.type === "true-false") return { response: bits.take(1) ? "true" : "false" };
    if (!left.length) {
      const text = texts.shift();
      return Array.isArray(text) ? { response: text[0], marking: text[1] } : { response: /** @type {KitbagResponse} */ (text) };
    }
    if (right.length) {
      const pairs = left.map(({ id }) => [id, right[bits.take(width(right.length + 1)) - 1]?.id]);
      return { response: Object.fromEntries(pairs.filter(([, id]) => id)) };
    }
    if (item.type === "multiple-response") return { response: left.filter(() => bits.take(1)).map(({ id }) => id) };
    const count = item.type === "ordering" ? left.length : 1;
    const ids = Array.from({ length: count }, () => left[bits.take(width(left.length))]?.id).filter(Boolean);
    return { response: item.type === "ordering" ? ids : ids[0] };
  }

  /**
   * A sitting of a practice quiz: whole, and without what was written.
   * @param {KitbagIsland} quiz
   * @param {KitbagSittingState} sitting
   */
  const pack = (quiz, sitting) => [true, false].map((whole) => packWith(quiz, sitting, whole));

  /** @param {KitbagIsland} quiz @param {KitbagSittingState} sitting @param {boolean} whole @returns {KitbagPacked} */
  function packWith(quiz, sitting, whole) {
    const bits = writer();
    /** @type {unknown[]} */
    const texts = [];
    for (const item of quiz.items) {
      const answer = KitbagSitting.own(sitting.answers, item.id);
      bits.put(answer ? 1 : sitting.earlier.includes(item.id) ? 2 : 0, 2);
      if (answer) putAnswer(bits, item, answer.response, whole ? texts : null, answer.marking);
    }
    const { id, seed, number, started, submitted } = sitting;
    const parts = [quiz.version, id, id.startsWith(seed) ? "" : seed, number, started, submitted || "", bits.end(), ...texts];
    return { parts, whole };
  }

  /** @param {KitbagIsland} quiz @param {unknown} packed @returns {KitbagSittingState | null} Checked when it is restored. */
  function unpack(quiz, packed) {
    if (!Array.isArray(packed) || packed[0] !== quiz.version) return null;
    const [version, id, seed, number, started, submitted, text, ...texts] = packed;
    const bits = reader(String(text));
    /** @type {KitbagSittingState["answers"]} */
    const answers = {};
    /** @type {string[]} */
    const earlier = [];
    for (const item of quiz.items) {
      const state = bits.take(2);
      if (state === 1) answers[item.id] = takeAnswer(bits, item, texts);
      else if (state === 2) earlier.push(item.id);
    }
    return {
      version, id, seed: seed || String(id).slice(0, 8), number, started, submitted: submitted || null, answers, earlier,
    };
  }

  // --- Tests ---

  const BARE = "*";

  /** @param {KitbagAttempt} record Whether its answers were given up for room. */
  const isBare = ({ items }) => items.every(({ item }) => !item);

  /** @param {number} ms @returns {string} */
  const short = (ms) => Math.round(ms).toString(36);
  /** @param {unknown} text @returns {number} */
  const long = (text) => parseInt(String(text), 36);

  /**
   * @param {KitbagFormQuiz} quiz
   * @param {KitbagTestSitting["answers"]} answers
   * @param {unknown[] | null} texts
   * @param {boolean} running Flags and times are of no use once it is handed in: the platform has them.
   */
  function answersOf(quiz, answers, texts, running) {
    const bits = writer();
    for (const item of quiz.items) {
      const { response, ms, flagged } = answers[item.id];
      putAnswer(bits, item, response, texts);
      if (!running) continue;
      bits.put(flagged ? 1 : 0, 1);
      bits.put(Math.min(Math.floor(ms / 1000), 2 ** SECONDS - 1), SECONDS);
    }
    return bits.end();
  }

  /** @param {KitbagTest} test @param {KitbagDone} done @param {boolean} bare Its marks alone. @returns {unknown[]} */
  function packDone(test, { record, late }, bare) {
    const [started, submitted] = [record.started, record.submitted].map((when) => short(Date.parse(when) / 1000));
    const head = [record.attempt, record.id, started, submitted, late ? 1 : 0];
    const waiting = KitbagScoring.toText(KitbagRecord.waiting(record));
    if (bare || isBare(record)) return [...head, BARE, record.marks, record.possible, waiting];
    /** @type {KitbagTestSitting["answers"]} */
    const answers = {};
    for (const { item, response } of record.items) answers[item] = { response, ms: 0, flagged: false };
    /** @type {unknown[]} */
    const texts = [];
    const bits = answersOf(KitbagRecord.formOf(test, record.attempt), answers, texts, false);
    return [...head, bits, ...texts];
  }

  /**
   * A test: what codes have allowed, the attempts handed in, and the one that runs. It keeps no name. First whole, then
   * with the marks alone of those handed in, and at last without what was written.
   * @param {KitbagTest} test
   * @param {KitbagTestState} state
   */
  const packTest = (test, state) => [0, 1, 2].map((less) => packTestWith(test, state, less));

  /** @param {KitbagTest} test @param {KitbagTestState} state @param {number} less @returns {KitbagPacked} */
  function packTestWith(test, state, less) {
    const attempts = state.done.map((done) => packDone(test, done, less > 0));
    if (state.sitting) {
      const { number, id, started, seen, at, answers } = state.sitting;
      /** @type {unknown[]} */
      const texts = [];
      const bits = answersOf(KitbagRecord.formOf(test, number), answers, less > 1 ? null : texts, true);
      attempts.push([number, id, short(started), "", `${short(seen - started)}.${at}`, bits, ...texts]);
    }
    return { parts: [test.version, state.large ? 1 : 0, state.allowed.join(), attempts], whole: less < 2 };
  }

  /** @param {KitbagFormQuiz} form @param {string} text @param {unknown[]} texts @param {boolean} running */
  function answersIn(form, text, texts, running) {
    const bits = reader(text);
    /** @type {KitbagTestSitting["answers"]} */
    const answers = {};
    for (const item of form.items) {
      const { response } = takeAnswer(bits, item, texts);
      answers[item.id] = { response, flagged: running && bits.take(1) === 1, ms: running ? bits.take(SECONDS) * 1000 : 0 };
    }
    return answers;
  }

  /** @param {KitbagTest} test @param {any[]} attempt @param {string[]} allowed @returns {KitbagTestSitting} */
  function unpackSitting(test, [number, id, begun, , more, text, ...texts], allowed) {
    const started = long(begun);
    const limit = KitbagRecord.limit(test, allowed);
    const [seen, at] = String(more).split(".");
    return {
      version: test.version, kit: test.kit, id, number, started, seen: started + (long(seen) || 0), at: Number(at) || 0,
      deadline: limit === null ? null : started + limit,
      answers: answersIn(KitbagRecord.formOf(test, number), String(text), texts, true),
    };
  }

  /** @param {KitbagTest} test @param {any[]} attempt @returns {KitbagDone} */
  function unpackDone(test, [number, id, begun, handedIn, late, text, ...texts]) {
    const form = KitbagRecord.formOf(test, number);
    const started = long(begun) * 1000;
    const answers = answersIn(form, text === BARE ? "" : String(text), text === BARE ? [] : texts, false);
    /** @type {KitbagTestSitting} */
    const sitting = { version: test.version, kit: test.kit, id, number, started, seen: started, at: 0, deadline: null, answers };
    const record = KitbagRecord.record(form, sitting, long(handedIn) * 1000);
    if (text === BARE) {
      const [marks, possible, waiting] = texts.map(String);
      const left = { item: "", order: [], response: "", possible: waiting, seconds: 0, flagged: false };
      Object.assign(record, { marks, possible, items: [left] });
    }
    return { version: test.version, kit: test.kit, record, late: late === 1, person: null, saved: null };
  }

  /** @param {KitbagTest} test @param {unknown} packed @returns {KitbagTestState | null} Checked when it is used. */
  function unpackTest(test, packed) {
    if (!Array.isArray(packed) || packed[0] !== test.version || !Array.isArray(packed[3])) return null;
    const allowed = String(packed[2]).split(",").filter(Boolean);
    /** @type {KitbagTestState} */
    const state = { schema: "kitbag-test/1", rev: 0, person: "", large: packed[1] === 1, allowed, sitting: null, done: [] };
    for (const attempt of packed[3].filter(([number]) => test.forms[number - 1])) {
      if (attempt[3]) state.done.push(unpackDone(test, attempt));
      else state.sitting = unpackSitting(test, attempt, allowed);
    }
    return state;
  }

  /**
   * What a platform gives back may have been changed by anybody.
   * @template {unknown[]} A @template T
   * @param {(...given: A) => T} read
   * @returns {(...given: A) => T | null}
   */
  const safely = (read) => (...given) => {
    try {
      return read(...given);
    } catch {
      return null;
    }
  };

  return { pack, unpack: safely(unpack), packTest, unpackTest: safely(unpackTest) };
})();
