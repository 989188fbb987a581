// A sitting: what was asked, what was answered, and the attempt record made of it. Nothing here knows the page.

/**
 * @typedef {string | string[] | {[id: string]: string} | null} KitbagResponse
 * @typedef {{title: string, href: string}} KitbagLesson
 * @typedef {{id: string, text: string, lessons: KitbagLesson[]}} KitbagObjective
 * @typedef {KitbagItem & {objective: string, feedback: {[id: string]: string},
 *   mistakes: {gap: string, answers: string[], feedback: string}[],
 *   rubric?: {id: string, text: string, points: number}[], model_answer?: string}} KitbagQuestion
 * @typedef {{kind: "practice" | "checkpoint" | "test", quiz: string, course: string, edition: string, language: string,
 *   scoring: KitbagRule, rule?: KitbagRule | null, version: string, objectives: KitbagObjective[], items: KitbagQuestion[], draw?: number,
 *   strings: {[key: string]: string}}} KitbagIsland
 * @typedef {{response: KitbagResponse, marking?: {[criterion: string]: number}}} KitbagAnswer
 *   `marking` is how the trainee marked their own essay.
 * @typedef {Object} KitbagSittingState What a recorder keeps, as plain JSON.
 * @property {string} version The questions it belongs to.
 * @property {string} id
 * @property {string} seed Draws the order of options.
 * @property {number} number 1 for the first sitting on this device.
 * @property {string} started
 * @property {string | null} submitted
 * @property {string[]} earlier Items that were right in an earlier round, and are not asked again.
 * @property {{[item: string]: KitbagAnswer}} answers The items asked, in their order.
 * @typedef {Object} KitbagRecorder Where a sitting is kept: this device, a learning platform, a test's own store.
 * @property {() => unknown} start What was saved, or null; it is checked before it is used.
 * @property {(sitting: KitbagSittingState | KitbagTestState) => boolean} save Called at every change; false where it
 *   could not be kept.
 * @property {(attempt: object) => void} finish Takes the attempt record (attempt/1) once it is handed in.
 * @property {"review" | "elsewhere" | ""} [closed] Why a test cannot be taken here: the visit looks back, or another
 *   part of the platform's course has it.
 * @property {(changed: () => void) => void} [watch] Calls back when someone else changed what was saved.
 * @typedef {"right" | "partly" | "wrong" | "blank" | "pending"} KitbagVerdict
 */

const KitbagSitting = (() => {
  "use strict";

  const { score, add, toText, ZERO } = KitbagScoring;

  /**
   * A value held under a name that an author chose, which may be `constructor`.
   * @template T
   * @param {{[name: string]: T} | undefined} object
   * @param {string} name
   * @returns {T | undefined}
   */
  const own = (object, name) => (object && Object.prototype.hasOwnProperty.call(object, name) ? object[name] : undefined);

  /** A random UUID (RFC 9562, version 4); `crypto.randomUUID` is missing from pages that came over plain HTTP. */
  function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  /** @param {Date} [date] A time, by default now, with its offset from UTC, to the second (RFC 3339). */
  function now(date = new Date()) {
    const offset = -date.getTimezoneOffset();
    const local = new Date(date.getTime() + offset * 60000).toISOString().slice(0, 19);
    /** @param {number} value */
    const two = (value) => String(Math.trunc(value)).padStart(2, "0");
    return `${local}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  }

  /** The questions of a fresh sitting. @param {KitbagIsland} quiz @param {string} seed */
  function drawnOf(quiz, seed) {
    if (!quiz.draw) return quiz.items;
    const ids = KitbagShuffle.drawn(seed, quiz.quiz, quiz.items.map(({ id }) => id), quiz.draw);
    return quiz.items.filter(({ id }) => ids.includes(id));
  }

  /**
   * A new sitting: of some of the questions, or of those that the quiz draws.
   * @param {KitbagIsland} quiz
   * @param {{items?: readonly KitbagQuestion[], number?: number, earlier?: string[]}} [how]
   * @returns {KitbagSittingState}
   */
  function begin(quiz, { items, number = 1, earlier = [] } = {}) {
    const id = uuid();
    const seed = id.slice(0, 8);
    items ||= drawnOf(quiz, seed);
    /** @type {KitbagSittingState["answers"]} */
    const answers = {};
    for (const item of items) answers[item.id] = { response: null };
    return { version: quiz.version, id, seed, number, started: now(), submitted: null, earlier, answers };
  }

  /**
   * A saved sitting, where it is one of these very questions; what does not fit them is left out.
   * @param {KitbagIsland} quiz
   * @param {unknown} saved
   * @returns {KitbagSittingState | null}
   */
  function restore(quiz, saved) {
    const state = /** @type {KitbagSittingState | null} */ (saved);
    if (!state || state.version !== quiz.version || typeof state.seed !== "string" || !state.answers) return null;
    const items = quiz.items.filter((item) => own(state.answers, item.id));
    if (!items.length) return null;
    const before = Array.isArray(state.earlier) ? state.earlier : [];
    const earlier = quiz.items.filter((item) => !items.includes(item)).map((item) => item.id);
    const fresh = begin(quiz, { items, earlier: earlier.filter((item) => before.includes(item)) });
    const { id, seed, started, submitted } = state;
    Object.assign(fresh, { id, seed, started, submitted, number: Number(state.number) || 1 });
    for (const item of items) {
      const { response = null, marking } = state.answers[item.id] || {};
      fresh.answers[item.id] = { response: fit(quiz, item, response), marking };
    }
    return fresh;
  }

  /**
   * The response, or null where it is blank or none that the item can have.
   * @param {KitbagIsland} quiz
   * @param {KitbagQuestion} item
   * @param {KitbagResponse} response
   */
  function fit(quiz, item, response) {
    try {
      return score(item, response, quiz.rule || null, quiz.scoring).attempted ? response : null;
    } catch (error) {
      if (error instanceof KitbagScoring.BadResponse) return null;
      throw error;
    }
  }

  /** @param {KitbagIsland} quiz @param {KitbagSittingState} sitting */
  const asked = (quiz, sitting) => quiz.items.filter(({ id }) => own(sitting.answers, id));

  /** @param {KitbagIsland} quiz @param {Pick<KitbagSittingState, "answers">} sitting @param {KitbagQuestion} item */
  const scoreOf = (quiz, sitting, item) => (
    score(item, sitting.answers[item.id].response, quiz.rule || null, quiz.scoring)
  );

  /** @param {KitbagScore} earned @returns {KitbagVerdict} */
  function verdict({ marks, possible, attempted, pending }) {
    if (pending) return "pending";
    if (!attempted) return "blank";
    if (KitbagScoring.compare(marks, possible) >= 0) return "right";
    return marks.n > 0n ? "partly" : "wrong";
  }

  /** @param {readonly KitbagScore[]} scores */
  const total = (scores) => ({
    marks: scores.reduce((sum, { marks }) => add(sum, marks), ZERO),
    possible: scores.reduce((sum, { possible }) => add(sum, possible), ZERO),
  });

  /** Canonical JSON (RFC 8785) of a value that holds no number but whole ones. @param {unknown} value @returns {string} */
  function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const entries = Object.entries(value).filter(([, held]) => held !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`).join()}}`;
  }

  /**
   * The attempt record of a sitting that was handed in.
   * @param {KitbagIsland} quiz
   * @param {KitbagSittingState} sitting
   */
  function attempt(quiz, sitting) {
    const items = asked(quiz, sitting).map((item) => {
      const earned = scoreOf(quiz, sitting, item);
      return {
        item: item.id,
        order: KitbagShuffle.shownOrder(item, sitting.seed),
        response: sitting.answers[item.id].response,
        marks: earned.pending ? undefined : toText(earned.marks),
        possible: toText(earned.possible),
      };
    });
    const { marks, possible } = total(asked(quiz, sitting).map((item) => scoreOf(quiz, sitting, item)));
    const record = {
      schema: "attempt/1",
      id: sitting.id,
      course: quiz.course,
      edition: quiz.edition,
      test: quiz.quiz,
      form: `practice-${sitting.seed}`,
      attempt: sitting.number,
      channel: "browser",
      started: sitting.started,
      submitted: sitting.submitted,
      items,
      marks: toText(marks),
      possible: toText(possible),
    };
    return { ...record, digest: KitbagShuffle.sha256(canonical(record)) };
  }

  /**
   * Keeps a sitting in this browser. Where it may not, the sitting lasts as long as the page.
   * @param {KitbagIsland} quiz
   * @returns {KitbagRecorder}
   */
  function deviceRecorder(quiz) {
    const key = `kitbag:${quiz.course}:${quiz.edition}:quiz:${quiz.quiz}`;
    return {
      start() {
        try {
          return JSON.parse(localStorage.getItem(key) || "null");
        } catch {
          return null; // no storage, or what lies there is not ours
        }
      },
      save(sitting) {
        try {
          localStorage.setItem(key, JSON.stringify(sitting));
          return true;
        } catch {
          return false;
        }
      },
      finish() {}, // practice is nobody else's business
      watch(changed) {
        addEventListener("storage", (event) => {
          if (event.key === key || event.key === null) changed(); // another tab went on with this quiz, or cleared it
        });
      },
    };
  }

  return { own, uuid, begin, restore, fit, asked, scoreOf, verdict, total, attempt, canonical, now, deviceRecorder };
})();
