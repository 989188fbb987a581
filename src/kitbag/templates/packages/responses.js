// What a trainee answered, as platforms take it. Nothing here knows one of them.

/**
 * @typedef {{id: string, at: number}} KitbagToken One of the things an item names, and its place as the author wrote it.
 * @typedef {KitbagToken[] | [KitbagToken, KitbagToken][] | string} KitbagPattern A choice or an order, pairs, or a text.
 * @typedef {Object} KitbagInteraction
 * @property {string} id Of this answer: each is told once.
 * @property {string} item
 * @property {string} type As SCORM and xAPI call it.
 * @property {string} objective
 * @property {string} text
 * @property {KitbagPattern | null} response Null where it is blank.
 * @property {KitbagPattern[]} correct Each of them is right.
 * @property {string | null} marks Exact, as in `7/2`; null where a person marks it.
 * @property {string} possible
 * @property {number | null} share The same of the points, from 0 to 1.
 * @property {number} weight
 * @property {number} seconds Spent on it, as far as it was seen.
 */

const KitbagResponses = (() => {
  "use strict";

  /** @type {{[type: string]: string}} */
  const TYPES = {
    "single-choice": "choice",
    "multiple-response": "choice",
    "true-false": "true-false",
    matching: "matching",
    categorise: "matching",
    ordering: "sequencing",
    numeric: "numeric",
    "short-answer": "fill-in",
    cloze: "fill-in",
    essay: "long-fill-in",
  };

  /** @param {readonly KitbagNamed[]} all @param {string} id @returns {KitbagToken} */
  const token = (all, id) => ({ id, at: all.findIndex((one) => one.id === id) });

  /** @param {KitbagQuestion} item The things that are chosen from: beside them, those that they are matched with. */
  function sides(item) {
    switch (item.type) {
      case "matching": return [item.premises, item.responses];
      case "categorise": return [item.elements, item.categories];
      case "ordering": return [item.elements, []];
      case "single-choice": case "multiple-response": return [item.options, []];
      default: return [[], []];
    }
  }

  /** @param {KitbagQuestion} item @param {KitbagResponse} response @returns {KitbagPattern} */
  function pattern(item, response) {
    const [left, right] = sides(item);
    if (item.type === "cloze") {
      const given = /** @type {{[id: string]: string}} */ (response);
      return item.gaps.map(({ id }) => given[id] || "").join("[,]");
    }
    if (item.type === "numeric") return String(response).trim().replace(",", ".").replace("\u2212", "-");
    if (!left.length) return String(response);
    if (right.length) {
      return Object.entries(/** @type {{[id: string]: string}} */ (response)).map(([a, b]) => (
        /** @type {[KitbagToken, KitbagToken]} */ ([token(left, a), token(right, b)])
      ));
    }
    return [response].flat().map((id) => token(left, String(id)));
  }

  /** @param {string} key @param {string} tolerance Decimals of any length. @returns {string} As in `77.5[:]82.5`. */
  function between(key, tolerance) {
    const places = Math.max(...[key, tolerance].map((text) => (text.split(".")[1] || "").length));
    /** @param {string} text In units of the last place. */
    const whole = (text) => {
      const [before, after = ""] = text.split(".");
      return BigInt(before + after.padEnd(places, "0"));
    };
    /** @param {bigint} value */
    const decimal = (value) => {
      const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
      const [before, after] = [digits.slice(0, digits.length - places), digits.slice(digits.length - places)];
      return (value < 0n ? "-" : "") + before + (after && "." + after).replace(/\.?0+$/, "");
    };
    const [middle, off] = [whole(key), whole(tolerance)];
    return `${decimal(middle - off)}[:]${decimal(middle + off)}`;
  }

  /** @param {KitbagQuestion} item @returns {KitbagPattern[]} */
  function correct(item) {
    switch (item.type) {
      case "single-choice": case "multiple-response": return [pattern(item, item.key)];
      case "true-false": return [String(item.key)];
      case "matching": return [pattern(item, Object.fromEntries(item.premises.map(({ id, match }) => [id, match])))];
      case "categorise": return [pattern(item, Object.fromEntries(item.elements.map(({ id, category }) => [id, category])))];
      case "ordering": return [pattern(item, item.elements.map(({ id }) => id))];
      case "numeric": return [between(item.key, item.tolerance || "0")];
      case "short-answer": return item.accept;
      case "cloze": return [item.gaps.map(({ accept }) => accept[0]).join("[,]")];
      default: return [];
    }
  }

  /**
   * @param {KitbagQuestion} item
   * @param {{response: KitbagResponse, marks?: string, possible: string}} answer Of an attempt record.
   * @param {string} id @param {string} text @param {number} seconds
   * @returns {KitbagInteraction}
   */
  function interaction(item, answer, id, text, seconds) {
    const possible = KitbagScoring.fromText(answer.possible);
    const marks = answer.marks === undefined ? null : KitbagScoring.fromText(answer.marks);
    const weight = Number(possible.n) / Number(possible.d);
    return {
      id, item: item.id, text, weight, seconds, type: TYPES[item.type], objective: item.objective,
      response: answer.response === null ? null : pattern(item, answer.response),
      correct: correct(item),
      marks: answer.marks === undefined ? null : answer.marks,
      possible: answer.possible,
      share: marks && weight ? Math.max(0, Math.min(1, Number(marks.n) / Number(marks.d) / weight)) : null,
    };
  }

  /**
   * A response or a pattern as one text.
   * @param {KitbagPattern} given
   * @param {{list: string, pair: string, name: (token: KitbagToken) => string}} how What goes between the parts.
   */
  function written(given, { list, pair, name }) {
    if (typeof given === "string") return given;
    return given.map((one) => (Array.isArray(one) ? one.map(name).join(pair) : name(one))).join(list);
  }

  /** As SCORM 2004 (RTE 4.1.1.7) and xAPI (Data, appendix C) write it. */
  const STANDARD = { list: "[,]", pair: "[.]", name: (/** @type {KitbagToken} */ { id }) => id };

  return { interaction, sides, written, STANDARD };
})();
