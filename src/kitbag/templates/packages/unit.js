// The frame around the pages of one unit: what the trainee has done, and in how little room a platform can keep it.

/**
 * @typedef {{id: string, possible: string, test: boolean, needed: boolean}} KitbagUnitQuiz A quiz that counts, and its
 *   points: `20`. One that is needed must be handed in to complete the unit.
 * @typedef {{quizzes: string[], cut: number}} KitbagMeasure Quizzes whose points together reach a cut score, in percent.
 * @typedef {Object} KitbagUnitData
 * @property {string} unit
 * @property {string} course The address (IRI) that names the course.
 * @property {string} language
 * @property {string} platform
 * @property {string} version Of the lists below: a state names what is in them by its place.
 * @property {string} start
 * @property {string[]} lessons
 * @property {"opened" | "finished" | ""} lessonsCount
 * @property {KitbagUnitQuiz[]} quizzes
 * @property {KitbagMeasure[]} measures All must be reached to pass; without one, nobody passes or fails.
 * @property {string[]} scored The quizzes whose points are the score.
 * @property {number} cut The course's, for single objectives.
 * @property {{[key: string]: string}} strings
 *
 * @typedef {{score: string, possible: string, waiting: string, last: boolean}} KitbagBest Exact, as in `7/2`; a person
 *   may still give what waits. `last` says that no other attempt is left.
 * @typedef {KitbagBest & {whole: boolean, submitted: string, interactions: KitbagInteraction[]}} KitbagHandedIn
 * @typedef {Object} KitbagReportOfUnit
 * @property {string} state
 * @property {string} location
 * @property {boolean} complete
 * @property {boolean | null} passed Null while it is not decided.
 * @property {number | null} score Of the points, in ten-thousandths and cut short; null before the first is handed in.
 * @property {number} progress From 0 to 1.
 * @typedef {Object} KitbagOpened What a platform knows at the start.
 * @property {string} state
 * @property {string} location
 * @property {boolean} passed
 * @property {boolean} complete
 * @property {boolean} review
 * @property {number} room Characters that the state may have.
 * @property {number | null} cut In percent, where the platform has set another than the course.
 * @property {number | null} seconds Left.
 * @property {string} onTimeUp
 * @property {string} back Where to go when the unit is closed; empty where the platform sees to it.
 * @typedef {Object} KitbagPlatform
 * @property {(heard: (kept: boolean) => void) => Promise<KitbagOpened | null>} open Null where there is no platform; it
 *   fails where the platform refuses. `heard` is called when a platform that answers later has kept something, or not.
 * @property {(report: KitbagReportOfUnit, closing: boolean) => boolean} tell False where it could not be kept. While the
 *   unit closes, nothing is sent yet: `close` sends all of it at once.
 * @property {(handed: KitbagHandedIn) => void} interactions
 * @property {(acted: boolean) => Promise<void>} close
 *
 * @typedef {Object} KitbagUnit What a page inside may ask for.
 * @property {Map<string, string>} memory
 * @property {() => void} act
 * @property {(href: string) => void} opened
 * @property {() => {done: string[], last: unknown}} progress
 * @property {(progress: {done: string[], last: unknown}) => void} note
 * @property {(quiz: string) => unknown} sitting
 * @property {(quiz: string, packed: KitbagPacked[]) => boolean} keep Takes a sitting: all of it, and then with ever less.
 * @property {(quiz: string, handed: KitbagHandedIn) => void} finish
 * @property {(quiz: string) => "review" | "elsewhere" | ""} closed
 * @property {(() => void) | null} leaving Set by a page that has something to keep at the last moment.
 *
 * @typedef {Object} KitbagUnitMemory
 * @property {boolean[]} done Lessons ticked as finished.
 * @property {boolean[]} opened Lessons opened.
 * @property {(KitbagBest | null)[]} best Of each quiz, once it was handed in.
 * @property {[string, KitbagPacked[]][]} sittings The latest first; each whole, and then with ever less.
 */

const KitbagUnitState = (() => {
  "use strict";

  /** @param {readonly boolean[]} flags Five a character. */
  function bits(flags) {
    let text = "";
    for (let n = 0; n < flags.length; n += 5) {
      text += flags.slice(n, n + 5).reduce((sum, each, at) => sum + (each ? 2 ** at : 0), 0).toString(32);
    }
    return text.replace(/0+$/, "");
  }

  /** @param {string} text @param {number} count */
  const flags = (text, count) => Array.from({ length: count }, (_, n) => (
    Boolean((parseInt(text[Math.floor(n / 5)] || "0", 32) >> (n % 5)) & 1)
  ));

  /** @param {KitbagBest | null} best @param {KitbagUnitQuiz} quiz What goes without saying is left out. */
  function word(best, quiz) {
    if (!best) return "";
    const { score, possible, waiting, last } = best;
    const parts = [score, possible === quiz.possible ? "" : possible, waiting === "0" ? "" : waiting, last ? "1" : ""];
    return parts.join("~").replace(/~+$/, "");
  }

  /** @param {string} text @param {KitbagUnitQuiz} quiz @returns {KitbagBest | null} */
  function unword(text, quiz) {
    const [score, possible, waiting, last] = text.split("~");
    const points = { score, possible: possible || quiz.possible, waiting: waiting || "0" };
    if (!Object.values(points).every((each) => /^-?\d+(\/[1-9]\d*)?$/.test(each))) return null;
    return { ...points, last: last === "1" };
  }

  /**
   * The state as text: what counts always, then the sittings, those of tests first, as many as there is room for. Of one
   * that does not fit, less is kept.
   * @param {KitbagUnitData} data
   * @param {KitbagUnitMemory} memory
   * @param {number} room
   * @returns {{text: string, kept: string[]}} The quizzes whose sittings are kept whole.
   */
  function write(data, { done, opened, best, sittings }, room) {
    const marks = best.map((each, n) => word(each, data.quizzes[n])).join().replace(/,+$/, "");
    const head = ["2", data.version, bits(done), data.lessonsCount === "opened" ? bits(opened) : "", marks, ""].join("|");
    const tests = new Set(data.quizzes.filter(({ test }) => test).map(({ id }) => id));
    const inOrder = [...sittings.filter(([quiz]) => tests.has(quiz)), ...sittings.filter(([quiz]) => !tests.has(quiz))];
    /** @type {string[]} */
    const parts = [];
    /** @type {string[]} */
    const kept = [];
    let left = room - head.length - 2;
    /** @param {string} quiz @param {unknown} packed */
    const take = (quiz, packed) => {
      const text = JSON.stringify([quiz, packed]);
      if (text.length + 1 > left) return false;
      parts.push(text);
      left -= text.length + 1;
      return true;
    };
    for (const [quiz, packed] of inOrder) {
      const fits = packed.find(({ parts: each }) => take(quiz, each));
      if (fits && fits.whole) kept.push(quiz);
    }
    return { text: `${head}[${parts.join()}]`, kept };
  }

  /**
   * @param {KitbagUnitData} data
   * @param {string} text
   * @returns {KitbagUnitMemory} Empty where the text is not of this unit.
   */
  function read(data, text) {
    const empty = {
      done: data.lessons.map(() => false),
      opened: data.lessons.map(() => false),
      best: data.quizzes.map(() => null),
      sittings: [],
    };
    const parts = text.split("|", 5);
    const [format, version, done, opened, marks = ""] = parts;
    if (format !== "2" || version !== data.version || parts.length < 5) return empty;
    try {
      const rest = JSON.parse(text.slice(parts.join("|").length + 1));
      const words = marks.split(",");
      return {
        done: flags(done, data.lessons.length),
        opened: flags(opened, data.lessons.length),
        best: data.quizzes.map((quiz, n) => unword(words[n] || "", quiz)),
        sittings: rest.map((/** @type {[string, unknown[]]} */ [quiz, packed]) => [quiz, [{ parts: packed, whole: true }]]),
      };
    } catch {
      return empty;
    }
  }

  return { write, read };
})();
