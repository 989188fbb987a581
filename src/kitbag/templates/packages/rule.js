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
    };
  }

  /** @param {KitbagFraction} marks @param {KitbagFraction} possible @param {number} cut In percent, with two decimals. */
  const reaches = (marks, possible, cut) => passes(marks, { n: possible.n, d: possible.d * 100n }, Math.round(cut * 100));

  /**
   * @param {KitbagUnitData} data
   * @param {KitbagUnitMemory} memory
   * @param {number | null} cut The platform's own, where one measure decides.
   * @returns {boolean | null} Null while something is missing or waits for a person, or where nothing is to be passed.
   */
  function passed(data, memory, cut) {
    const verdicts = data.measures.map((measure) => {
      const { all, marks, waiting, possible } = pointsOf(data, memory, measure.quizzes);
      if (!all) return null;
      const needed = data.measures.length === 1 && cut !== null ? cut : measure.cut;
      if (reaches(marks, possible, needed)) return true;
      return reaches(add(marks, waiting), possible, needed) ? null : false;
    });
    if (verdicts.includes(false)) return false;
    return verdicts.length > 0 && verdicts.every(Boolean) ? true : null;
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
    /** @param {KitbagBest} one @param {KitbagBest} other */
    const share = (one, other) => {
      const [marks, possible] = [fromText(one.score), fromText(other.possible)];
      return { n: marks.n * possible.n, d: marks.d * possible.d };
    };
    return compare(share(after, before), share(before, after)) > 0 ? after : before;
  }

  return { passed, steps, score, better };
})();
