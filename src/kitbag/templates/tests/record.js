// What a test makes of its answers: the attempt record, whether it is passed, and what a code allows. It knows no page.

/**
 * @typedef {KitbagQuestion & {order: string[]}} KitbagAsked
 * @typedef {{form: string, items: KitbagAsked[], objectives: KitbagObjective[]}} KitbagForm
 * @typedef {Omit<KitbagIsland, "items" | "objectives"> & {kit: string, minutes: number | null, attempts: number,
 *   cut_score: number | null, forms: KitbagForm[], sites: string[]}} KitbagTest `sites`: where the site may lie.
 * @typedef {KitbagTest & KitbagForm} KitbagFormQuiz A test with one of its forms.
 * @typedef {{response: KitbagResponse, ms: number, flagged: boolean}} KitbagTestAnswer
 * @typedef {Object} KitbagTestSitting A sitting that is not handed in yet; times are in milliseconds.
 * @property {string} version The forms it belongs to.
 * @property {string} kit
 * @property {string} id
 * @property {number} number The attempt, from 1.
 * @property {number} started
 * @property {number | null} deadline
 * @property {number} seen The latest time that is known to have been.
 * @property {number} at The question on the screen, from 0.
 * @property {{[item: string]: KitbagTestAnswer}} answers
 * @typedef {{item: string, order: string[], response: KitbagResponse, marks?: string, possible: string, seconds: number,
 *   flagged: boolean}} KitbagItemResult
 * @typedef {{schema: string, id: string, course: string, edition: string, test: string, form: string, attempt: number,
 *   channel: string, started: string, submitted: string, scoring?: string, items: KitbagItemResult[], marks: string,
 *   possible: string, cut_score?: number, passed?: boolean}} KitbagAttempt All of attempt/1 but the person and the digest.
 * @typedef {"passed" | "failed" | "undecided" | "none"} KitbagOutcome
 */

const KitbagRecord = (() => {
  "use strict";

  const { scoreOf, total, canonical, now } = KitbagSitting;
  const { add, passes, toText, fromText, ZERO } = KitbagScoring;
  const ALPHABET = "2346789CDFGHJKMNPQRTWXY";
  const CODE_LENGTH = 6;
  /** @type {{[kind: string]: number}} What a kind makes of the time, in percent; without an end for no limit. */
  const TIMES = { "extra-25": 125, "extra-50": 150, "extra-100": 200, "no-limit": Infinity };

  /** @param {KitbagTest} test @param {number} number The attempt. @returns {KitbagFormQuiz} */
  const formOf = (test, number) => ({ ...test, ...test.forms[number - 1] });

  /**
   * The record of a sitting that is handed in.
   * @param {KitbagFormQuiz} quiz
   * @param {KitbagTestSitting} sitting
   * @param {number} submitted
   * @returns {KitbagAttempt}
   */
  function record(quiz, sitting, submitted) {
    const scores = quiz.items.map((item) => scoreOf(quiz, sitting, item));
    const { marks, possible } = total(scores);
    const pending = scores.some((score) => score.pending);
    return {
      schema: "attempt/1",
      id: sitting.id,
      course: quiz.course,
      edition: quiz.edition,
      test: quiz.quiz,
      form: quiz.form,
      attempt: sitting.number,
      channel: "browser",
      started: now(new Date(sitting.started)),
      submitted: now(new Date(submitted)),
      scoring: quiz.rule || undefined,
      items: quiz.items.map(({ id, order }, at) => {
        const { response, ms, flagged } = sitting.answers[id];
        return {
          item: id,
          order,
          response,
          marks: scores[at].pending ? undefined : toText(scores[at].marks),
          possible: toText(scores[at].possible),
          seconds: Math.floor(ms / 1000),
          flagged,
        };
      }),
      marks: toText(marks),
      possible: toText(possible),
      cut_score: quiz.cut_score === null ? undefined : quiz.cut_score,
      passed: quiz.cut_score === null || pending ? undefined : passes(marks, possible, quiz.cut_score),
    };
  }

  /**
   * The record as the text of a file, with its digest.
   * @param {KitbagAttempt} attempt
   * @param {string} person
   */
  function sealed(attempt, person) {
    const whole = { ...attempt, person };
    return canonical({ ...whole, digest: KitbagShuffle.sha256(canonical(whole)) }) + "\n";
  }

  /** @param {KitbagAttempt} attempt @param {string} person */
  function fileName({ test, attempt, id }, person) {
    const name = person.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 30);
    return [test, name || "attempt-" + attempt, id.slice(0, 8)].join("-") + ".json";
  }

  /** @param {KitbagAttempt} attempt The marks that wait for a person. */
  const waiting = ({ items }) => items.filter(({ marks }) => marks === undefined)
    .reduce((sum, { possible }) => add(sum, fromText(possible)), ZERO);

  /** @param {KitbagAttempt} attempt An essay decides only where its marks could. @returns {KitbagOutcome} */
  function outcome(attempt) {
    if (attempt.cut_score === undefined) return "none";
    const [marks, possible] = [fromText(attempt.marks), fromText(attempt.possible)];
    if (passes(marks, possible, attempt.cut_score)) return "passed";
    return passes(add(marks, waiting(attempt)), possible, attempt.cut_score) ? "undecided" : "failed";
  }

  /** @param {KitbagTest} test @param {string} kind The code that allows it, as `results/allowances.py` has it. */
  function codeFor({ course, edition, quiz }, kind) {
    const digest = KitbagShuffle.sha256(["allowance", course, edition, quiz, kind].join("\n"));
    let rest = BigInt(`0x${digest.slice(0, 16)}`);
    let code = "";
    for (let place = 0; place < CODE_LENGTH; place += 1) {
      code = ALPHABET[Number(rest % BigInt(ALPHABET.length))] + code;
      rest /= BigInt(ALPHABET.length);
    }
    return code;
  }

  /**
   * What a code allows, or null.
   * @param {KitbagTest} test
   * @param {string} typed
   */
  function allowed(test, typed) {
    const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
    const kinds = [...(test.minutes === null ? [] : Object.keys(TIMES)), "large-text"];
    return kinds.find((kind) => codeFor(test, kind) === code) || null;
  }

  /** @param {KitbagTest} test @param {readonly string[]} kinds The time for an attempt in milliseconds; null without end. */
  function limit({ minutes }, kinds) {
    if (minutes === null) return null;
    const percent = Math.max(100, ...kinds.map((kind) => TIMES[kind] || 0));
    return percent === Infinity ? null : minutes * 600 * percent;
  }

  return { formOf, record, sealed, fileName, waiting, outcome, allowed, limit };
})();
