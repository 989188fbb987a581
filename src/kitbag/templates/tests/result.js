// What a test says of an attempt that was handed in.

const KitbagResult = (() => {
  "use strict";

  const { all } = KitbagControls;
  const { make, sign, outOf, percent } = KitbagReport;

  /** @param {KitbagAttempt} record */
  const earnedIn = ({ marks, possible }) => ({
    marks: KitbagScoring.fromText(marks), possible: KitbagScoring.fromText(possible),
  });

  /**
   * Marks, verdict, and the score of each objective. Lessons to read again are words with a `data-href`, until the site
   * is found beside the test.
   * @param {KitbagTest} test
   * @param {KitbagDone} done
   * @param {ReturnType<typeof KitbagReport.speaker>} say
   */
  function show(test, { record, late, version }, say) {
    const earned = earnedIn(record);
    const outcome = KitbagRecord.outcome(record);
    const waiting = KitbagRecord.waiting(record);
    /** @type {{[outcome: string]: string}} */
    const states = { passed: "right", failed: "wrong", undecided: "pending" };
    const box = make("div", "quiz-result");
    if (late) box.append(make("p", "test-warning", say("time_up")));
    if (test.attempts > 1) box.append(make("p", "test-help", say("attempt_of", { number: record.attempt, count: test.attempts })));
    if (outcome !== "none") {
      box.append(make("p", { class: "test-verdict", "data-state": states[outcome] }, sign(states[outcome]), make("strong", {}, say(outcome))));
    }
    box.append(make("p", "quiz-score",
      make("strong", {}, outOf(earned, say)), make("span", {}, say("percent", { percent: percent(earned) }))));
    if (outcome === "none") box.append(make("p", {}, say("no_verdict")));
    else box.append(make("p", {}, say("needed", { percent: record.cut_score || 0 })));
    if (waiting.n) box.append(make("p", {}, say("waiting", { count: Number(waiting.n) })));
    if (outcome === "undecided") box.append(make("p", {}, say("waits_for_essays")));
    if (record.items.every(({ item }) => !item)) return [box]; // where it was kept, there was no room for the answers
    const missing = record.items.filter(({ response }) => response === null).length;
    if (missing) box.append(make("p", {}, say("unanswered_then", { count: missing })));
    if (version !== test.version || !test.forms[record.attempt - 1]) return [box, make("p", "quiz-about", say("foreign_record"))];
    const form = KitbagRecord.formOf(test, record.attempt);
    /** @type {{[item: string]: KitbagAnswer}} */
    const answers = {};
    for (const item of form.items) {
      const given = record.items.find((result) => result.item === item.id)?.response ?? null;
      answers[item.id] = { response: KitbagState.fit(form, item, given) };
    }
    const sitting = /** @type {KitbagSittingState} */ ({ answers });
    box.append(make("h3", {}, say("by_objective")), KitbagObjectives.byObjective(form, sitting, say));
    for (const lesson of all(box, ".quiz-again a")) {
      lesson.replaceWith(make("span", { "data-href": lesson.getAttribute("href") || "" }, lesson.textContent || ""));
    }
    return [box];
  }

  return { earnedIn, show };
})();
