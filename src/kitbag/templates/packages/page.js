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

  /** @param {KitbagIsland} quiz @returns {KitbagRecorder} */
  function recorder(quiz) {
    /** @type {Map<string, number>} */
    const seconds = new Map();
    /** @type {Map<string, string>} */
    let before = new Map();
    let since = Date.now();

    /** @param {KitbagSittingState} sitting The time since the last change belongs to the item that changed. */
    function clock({ answers }) {
      const now = Date.now();
      const after = new Map(Object.entries(answers).map(([id, { response }]) => [id, JSON.stringify(response)]));
      for (const [id, response] of after) {
        if ((before.get(id) ?? "null") !== response) seconds.set(id, (seconds.get(id) || 0) + (now - since) / 1000);
      }
      before = after;
      since = now;
    }

    return {
      start() {
        const sitting = KitbagResponses.unpack(quiz, unit?.sitting(quiz.quiz));
        if (sitting) before = new Map(Object.entries(sitting.answers).map(([id, { response }]) => [id, JSON.stringify(response)]));
        return sitting;
      },
      save(sitting) {
        clock(sitting);
        return unit?.keep(quiz.quiz, KitbagResponses.pack(quiz, sitting)) ?? false;
      },
      finish(record) {
        const attempt = /** @type {{attempt: number, submitted: string, marks: string, possible: string,
          items: {item: string, response: KitbagResponse, marks?: string, possible: string}[]}} */ (record);
        const items = new Map(quiz.items.map((item) => [item.id, item]));
        const interactions = attempt.items.map((answer) => KitbagResponses.interaction(
          /** @type {KitbagQuestion} */ (items.get(answer.item)), answer, `${quiz.quiz}_${answer.item}_${attempt.attempt}`,
          stemOf(answer.item), seconds.get(answer.item) || 0));
        seconds.clear();
        unit?.finish(quiz.quiz, {
          whole: attempt.items.length === quiz.items.length,
          score: attempt.marks, possible: attempt.possible, submitted: attempt.submitted, interactions,
        });
      },
    };
  }

  Object.assign(globalThis, {
    kitbagRecorder: recorder,
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
