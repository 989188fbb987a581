// The frame around the pages of one unit: what the trainee has done, what counts, and what the platform is told of it.

/**
 * @typedef {{id: string, possible: string}} KitbagUnitQuiz A quiz that counts, and its points: `20`.
 * @typedef {{unit: string, platform: string, start: string, lessons: string[], quizzes: KitbagUnitQuiz[],
 *   cut: number, strings: {[key: string]: string}}} KitbagUnitData
 * @typedef {{whole: boolean, score: string, possible: string, submitted: string,
 *   interactions: KitbagInteraction[]}} KitbagHandedIn
 * @typedef {{state: string, location: string, complete: boolean, passed: boolean | null,
 *   score: {marks: KitbagFraction, possible: KitbagFraction} | null, progress: number}} KitbagReportOfUnit
 * @typedef {{state: string, location: string, passed: boolean, complete: boolean, review: boolean,
 *   seconds: number | null, onTimeUp: string}} KitbagOpened What a platform knows at the start; `seconds` are left.
 * @typedef {Object} KitbagPlatform
 * @property {() => Promise<KitbagOpened | null>} open Null where there is no platform.
 * @property {(report: KitbagReportOfUnit) => boolean} tell False where it could not be kept.
 * @property {(handed: KitbagHandedIn) => void} interactions
 * @property {(how: {acted: boolean, timeUp: boolean}) => void} close
 * @typedef {Object} KitbagUnit What a page inside may ask for.
 * @property {Map<string, string>} memory
 * @property {() => void} act
 * @property {(href: string) => void} opened
 * @property {() => {done: string[], last: unknown}} progress
 * @property {(progress: {done: string[], last: unknown}) => void} note
 * @property {(quiz: string) => unknown} sitting
 * @property {(quiz: string, packed: unknown) => boolean} keep
 * @property {(quiz: string, handed: KitbagHandedIn) => void} finish
 */

const KitbagUnitState = (() => {
  "use strict";

  /** Characters in SCORM 1.2's suspend data, the narrowest of all; no platform needs more of us. */
  const ROOM = 4096;

  /**
   * The state as text: what counts always, then the sittings, the latest first, as many as there is room for.
   * @param {{done: boolean[], best: (string | null)[], sittings: [string, unknown][]}} state
   * @returns {{text: string, kept: string[]}}
   */
  function write({ done, best, sittings }) {
    const bits = [];
    for (let n = 0; n < done.length; n += 5) {
      bits.push(done.slice(n, n + 5).reduce((sum, each, at) => sum + (each ? 2 ** at : 0), 0).toString(32));
    }
    const head = `1|${bits.join("")}|${best.map((each) => each ?? "").join()}|`;
    let kept = /** @type {[string, unknown][]} */ ([]);
    for (const each of sittings) {
      const more = [...kept, each];
      if (head.length + JSON.stringify(more).length <= ROOM) kept = more;
    }
    return { text: head + JSON.stringify(kept), kept: kept.map(([quiz]) => quiz) };
  }

  /**
   * @param {string} text @param {number} lessons @param {number} quizzes
   * @returns {{done: boolean[], best: (string | null)[], sittings: [string, unknown][]}} Empty where the text is not ours.
   */
  function read(text, lessons, quizzes) {
    const empty = { done: Array(lessons).fill(false), best: Array(quizzes).fill(null), sittings: [] };
    const [version, bits = "", marks = ""] = text.split("|", 3);
    if (version !== "1") return empty;
    try {
      const rest = JSON.parse(text.slice(version.length + bits.length + marks.length + 3));
      const words = marks.split(",");
      return {
        done: empty.done.map((_, n) => Boolean((parseInt(bits[Math.floor(n / 5)] || "0", 32) >> (n % 5)) & 1)),
        best: empty.best.map((_, n) => (/^-?\d+(\/\d+)?$/.test(words[n] || "") ? words[n] : null)),
        sittings: Array.isArray(rest) ? rest.filter((each) => Array.isArray(each) && each.length === 2) : [],
      };
    } catch {
      return empty;
    }
  }

  return { ROOM, write, read };
})();
