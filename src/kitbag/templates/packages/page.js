// On every page of a package: hands what the trainee does to the unit around it. Without one, the device keeps it.

(() => {
  "use strict";

  /** @returns {KitbagUnit | null} */
  function unitAround() {
    try {
      return /** @type {{kitbagUnit?: KitbagUnit}} */ (/** @type {unknown} */ (parent)).kitbagUnit || null;
    } catch {
      return null; // the frame around is another site's
    }
  }

  const unit = unitAround();
  if (!unit) return;
  const root = document.documentElement;
  const progress = `kitbag:${root.dataset.course}:${root.dataset.edition}:progress`;

  /** @param {string} id */
  const stemOf = (id) => (
    document.querySelector(`[data-item="${CSS.escape(id)}"] .quiz-stem`)?.textContent || id
  ).trim().replace(/\s+/g, " ").slice(0, 240);

  /**
   * @param {KitbagIsland | KitbagFormQuiz} quiz
   * @param {{attempt: number, submitted: string, marks: string,
   *   items: {item: string, response: KitbagResponse, marks?: string, possible: string}[]}} attempt
   * @param {(item: string) => number} seconds Spent on an item.
   * @param {{possible: string, waiting: string, last: boolean}} tally
   * @returns {KitbagHandedIn}
   */
  function handed(quiz, attempt, seconds, tally) {
    const items = new Map(quiz.items.map((item) => [item.id, item]));
    const { draw = Infinity } = /** @type {{draw?: number}} */ (quiz);
    return {
      whole: attempt.items.length === Math.min(draw, quiz.items.length),
      score: attempt.marks,
      ...tally,
      submitted: attempt.submitted,
      interactions: attempt.items.map((answer) => KitbagResponses.interaction(
        /** @type {KitbagQuestion} */ (items.get(answer.item)), answer, `${quiz.quiz}_${answer.item}_${attempt.attempt}`,
        stemOf(answer.item), seconds(answer.item))),
    };
  }

  /** @param {KitbagIsland} quiz @returns {KitbagRecorder} */
  function practiceRecorder(quiz) {
    /** @type {Map<string, number>} */
    const seconds = new Map();
    /** @type {Map<string, string>} */
    let before = new Map();
    let since = Date.now();

    /** @param {KitbagSittingState} sitting */
    const responsesOf = ({ answers }) => new Map(Object.entries(answers).map(([id, { response }]) => [id, JSON.stringify(response)]));

    /** @param {KitbagSittingState} sitting The time since the last change belongs to the item that changed. */
    function clock(sitting) {
      const now = Date.now();
      const after = responsesOf(sitting);
      for (const [id, response] of after) {
        if ((before.get(id) ?? "null") !== response) seconds.set(id, (seconds.get(id) || 0) + (now - since) / 1000);
      }
      before = after;
      since = now;
    }

    return {
      start() {
        const sitting = KitbagPacking.unpack(quiz, unit?.sitting(quiz.quiz));
        if (sitting) before = responsesOf(sitting);
        return sitting;
      },
      save(saved) {
        const sitting = /** @type {KitbagSittingState} */ (saved);
        clock(sitting);
        return unit?.keep(quiz.quiz, KitbagPacking.pack(quiz, sitting)) ?? false;
      },
      finish(record) {
        const attempt = /** @type {KitbagAttempt} */ (record);
        const { add, fromText, toText, ZERO } = KitbagScoring;
        // Nobody marks the essays of a quiz for practice, so they are no part of its score.
        const marked = attempt.items.filter(({ marks }) => marks !== undefined);
        const possible = toText(marked.reduce((sum, item) => add(sum, fromText(item.possible)), ZERO));
        unit?.finish(quiz.quiz, handed(quiz, attempt, (item) => seconds.get(item) || 0, { possible, waiting: "0", last: false }));
        seconds.clear();
      },
    };
  }

  /** @param {KitbagTest} test @returns {KitbagRecorder} */
  function testRecorder(test) {
    const SELDOM = 60000; // milliseconds: a platform need not hear of every second that passes
    let told = "";
    let when = 0;
    let kept = true;
    /** @type {KitbagTestState | null} */
    let latest = null;

    /** @param {KitbagAttempt} record */
    const tally = (record) => ({
      possible: record.possible,
      waiting: KitbagScoring.toText(KitbagRecord.waiting(record)),
      last: record.attempt >= test.attempts,
    });

    function send() {
      if (!latest || !unit) return false;
      const state = latest;
      when = Date.now();
      kept = unit.keep(test.quiz, KitbagPacking.packTest(test, state));
      return kept;
    }

    if (unit) unit.leaving = send;
    return {
      closed: unit?.closed(test.quiz) || "",
      start() {
        const state = KitbagPacking.unpackTest(test, unit?.sitting(test.quiz));
        // Should the page have gone down between the attempt and its result.
        for (const { record } of state ? state.done : []) {
          const { marks: score, submitted } = record;
          unit?.finish(test.quiz, { whole: true, score, ...tally(record), submitted, interactions: [] });
        }
        return state;
      },
      save(saved) {
        latest = /** @type {KitbagTestState} */ (saved);
        const { sitting, done, large, allowed } = latest;
        const answers = sitting && Object.values(sitting.answers).map(({ response, flagged }) => [response, flagged]);
        const now = JSON.stringify([answers, sitting && sitting.at, done.length, large, allowed]);
        if (now === told && Date.now() - when < SELDOM) return kept;
        told = now;
        return send();
      },
      finish(sealed) {
        const record = /** @type {KitbagAttempt} */ (sealed);
        const seconds = new Map(record.items.map((item) => [item.item, item.seconds]));
        const form = KitbagRecord.formOf(test, record.attempt);
        unit?.finish(test.quiz, handed(form, record, (item) => seconds.get(item) || 0, tally(record)));
      },
    };
  }

  Object.assign(globalThis, {
    /** @param {KitbagIsland | KitbagTest} quiz */
    kitbagRecorder: (quiz) => ("forms" in quiz ? testRecorder(quiz) : practiceRecorder(quiz)),
    kitbagStorage: {
      /** @param {string} key */
      getItem: (key) => (key === progress ? JSON.stringify(unit.progress()) : unit.memory.get(key) ?? null),
      /** @param {string} key @param {string} value */
      setItem: (key, value) => { if (key === progress) unit.note(JSON.parse(value)); else unit.memory.set(key, value); },
    },
  });
  for (const act of ["click", "keydown", "input"]) {
    addEventListener(act, (event) => { if (event.isTrusted) unit.act(); }, true);
  }
  unit.opened(location.href);
})();
