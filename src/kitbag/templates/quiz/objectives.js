// What a practice quiz or a test says by learning objective: the score of each, and the lessons to read again.

const KitbagObjectives = (() => {
  "use strict";

  const { make, draw, outOf, percent } = KitbagReport;

  /** @typedef {ReturnType<typeof KitbagReport.speaker>} Say */

  /** @param {KitbagObjective} objective @param {Say} say */
  function readAgain({ lessons }, say) {
    const links = lessons.flatMap(({ title, href }, at) => [at ? ", " : " ", make("a", { href }, title)]);
    return make("p", "quiz-again", say("read_again"), ...links);
  }

  /**
   * A sitting's score by objective.
   * @param {KitbagIsland} quiz
   * @param {KitbagSittingState} sitting
   * @param {Say} say
   */
  function byObjective(quiz, sitting, say) {
    const rows = quiz.objectives.map((objective) => {
      const scores = KitbagSitting.asked(quiz, sitting)
        .filter((item) => item.objective === objective.id && item.type !== "essay")
        .map((item) => KitbagSitting.scoreOf(quiz, sitting, item));
      if (!scores.length) return null;
      const { marks, possible } = KitbagSitting.total(scores);
      const share = percent({ marks, possible });
      const bar = draw("svg", { class: "quiz-bar", "aria-hidden": "true" }, draw("rect", { width: "100%", height: "100%" }), draw("rect", { width: `${share}%`, height: "100%" }));
      const row = make("li", {}, make("p", "quiz-objective", objective.text), make("p", "quiz-share", outOf({ marks, possible }, say)), bar);
      if (share < 100 && objective.lessons.length) row.append(readAgain(objective, say));
      return row;
    });
    return make("ul", "quiz-objectives", ...rows.filter((row) => row !== null));
  }

  return { readAgain, byObjective };
})();
