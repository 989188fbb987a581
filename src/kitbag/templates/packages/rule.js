// What the author's rule makes of what was done: completed or not, passed or not, and the score. No platform is asked.

const KitbagUnitRule = (() => {
  "use strict";

  const { add, compare, fromText, passes, ZERO } = KitbagScoring;

  /** @param {readonly string[]} texts */
  const sum = (texts) => texts.reduce((all, text) => add(all, fromText(text)), ZERO);

  /** @param {KitbagUnitData} data @param {KitbagUnitMemory} memory @param {readonly string[]} quizzes */
  function pointsOf(data, memory, quizzes) {
    const rows = data.quizzes.map((quiz, n) => ({ quiz, best: memory.best[n] })).filter(({ quiz }) => quizzes.includes(quiz.id));
    return {
      all: rows.every(({ best }) => best),
      any: rows.some(({ best }) => best),
      marks: sum(rows.map(({ best }) => (best ? best.score : "0"))),
      waiting: sum(rows.map(({ best }) => (best ? best.waiting : "0"))),
      possible: sum(rows.map(({ best, quiz }) => (best ? best.possible : quiz.possible))),
      last: rows.every(({ best }) => best && best.last),
    };
  }

  /** @param {KitbagFraction} marks @param {KitbagFraction} possible @param {number} cut In percent, with two decimals. */
  const reaches = (marks, possible, cut) => passes(marks, { n: possible.n, d: possible.d * 100n }, Math.round(cut * 100));

  /**
   * Where one measure stands. Platforms close a unit that has failed or is completed: they show it for review only, and
   * refuse the next attempt. So it is open while anything can still change for the better.
   * @param {KitbagUnitData} data
   * @param {KitbagUnitMemory} memory
   * @param {KitbagMeasure} measure
   * @param {number | null} cut The platform's own, where one measure decides.
   * @returns {"met" | "missed" | "marking" | "open"} Being marked by a person where only that can still decide.
   */
  function standing(data, memory, measure, cut) {
    const { all, marks, waiting, possible, last } = pointsOf(data, memory, measure.quizzes);
    const needed = data.measures.length === 1 && cut !== null ? cut : measure.cut;
    if (all && reaches(marks, possible, needed)) return "met";
    if (!last) return "open";
    return reaches(add(marks, waiting), possible, needed) ? "marking" : "missed";
  }

  /**
   * What any platform is told. The author's guide has this as a table.
   *
   * | required work | measures               | complete | passed |
   * |---------------|------------------------|----------|--------|
   * | missing       | none missed            | no       | null, or true if all are met |
   * | done          | none there are         | yes      | null   |
   * | done          | all met                | yes      | true   |
   * | done          | one can still be met   | no       | null   |
   * | done          | one waits for marking  | yes      | null   |
   * | either        | one missed for good    | by work  | false  |
   *
   * @param {KitbagUnitData} data
   * @param {KitbagUnitMemory} memory
   * @param {number | null} cut The platform's own, in percent, where one measure decides.
   * @returns {{complete: boolean, passed: boolean | null}}
   */
  function status(data, memory, cut) {
    const standings = data.measures.map((measure) => standing(data, memory, measure, cut));
    const done = steps(data, memory).every(Boolean);
    if (standings.includes("missed")) return { complete: done, passed: false };
    const met = standings.length > 0 && standings.every((each) => each === "met");
    return { complete: done && !standings.includes("open"), passed: met ? true : null };
  }

  /** @param {KitbagUnitData} data @param {KitbagUnitMemory} memory What is done of what must be, as flags. */
  function steps(data, memory) {
    const lessons = { opened: memory.opened, finished: memory.done, "": [] }[data.lessonsCount];
    return [...lessons, ...memory.best.filter((_, n) => data.quizzes[n].needed).map(Boolean)];
  }

  /** @param {KitbagUnitData} data @param {KitbagUnitMemory} memory In ten-thousandths, cut short. */
  function score(data, memory) {
    const { any, marks, possible } = pointsOf(data, memory, data.scored);
    if (!any || !possible.n || marks.n < 0n) return any ? 0 : null;
    return Math.min(10000, Number((marks.n * possible.d * 10000n) / (marks.d * possible.n)));
  }

  /** @param {KitbagBest | null} before @param {KitbagBest} after Forms may differ in their points. @returns {KitbagBest} */
  function better(before, after) {
    if (!before) return after;
    const last = before.last || after.last;
    /** @param {KitbagBest} one @param {KitbagBest} other */
    const share = (one, other) => {
      const [marks, possible] = [fromText(one.score), fromText(other.possible)];
      return { n: marks.n * possible.n, d: marks.d * possible.d };
    };
    return { ...(compare(share(after, before), share(before, after)) > 0 ? after : before), last };
  }

  return { status, steps, score, better };
})();
