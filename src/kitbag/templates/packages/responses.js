// What a trainee answered, as platforms take it and as it fits into little room. Nothing here knows a platform.

/**
 * @typedef {{id: string, at: number}} KitbagToken One of the things an item names, and its place as the author wrote it.
 * @typedef {KitbagToken[] | [KitbagToken, KitbagToken][] | string} KitbagPattern A choice or an order, pairs, or a text.
 * @typedef {Object} KitbagInteraction
 * @property {string} id
 * @property {string} type As SCORM and xAPI call it.
 * @property {string} objective
 * @property {string} text
 * @property {KitbagPattern | null} response Null where it is blank.
 * @property {KitbagPattern[]} correct Each of them is right.
 * @property {number | null} share Of the points, from 0 to 1; null where a person marks it.
 * @property {number} weight
 * @property {number} seconds Spent on it, as far as it was seen.
 * @typedef {{score: string, possible: string}} KitbagTally Exact: `7/2`.
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
    if (!left.length) return String(response);
    if (right.length) {
      return Object.entries(/** @type {{[id: string]: string}} */ (response)).map(([a, b]) => (
        /** @type {[KitbagToken, KitbagToken]} */ ([token(left, a), token(right, b)])
      ));
    }
    return [response].flat().map((id) => token(left, String(id)));
  }

  /** @param {KitbagQuestion} item @returns {KitbagPattern[]} */
  function correct(item) {
    switch (item.type) {
      case "single-choice": case "multiple-response": return [pattern(item, item.key)];
      case "true-false": return [String(item.key)];
      case "matching": return [pattern(item, Object.fromEntries(item.premises.map(({ id, match }) => [id, match])))];
      case "categorise": return [pattern(item, Object.fromEntries(item.elements.map(({ id, category }) => [id, category])))];
      case "ordering": return [pattern(item, item.elements.map(({ id }) => id))];
      case "numeric": return [item.key];
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
      id, text, weight, seconds, type: TYPES[item.type], objective: item.objective,
      response: answer.response === null ? null : pattern(item, answer.response),
      correct: correct(item),
      share: marks && weight ? Math.max(0, Math.min(1, Number(marks.n) / Number(marks.d) / weight)) : null,
    };
  }

  // --- A sitting in little room: places instead of ids, texts apart ---

  /** @param {KitbagQuestion} item @param {KitbagAnswer | undefined} answer @param {unknown[]} texts */
  function code(item, answer, texts) {
    if (!answer) return "-";
    const { response, marking } = answer;
    if (response === null) return "";
    const [left, right] = sides(item);
    if (item.type === "true-false") return String(response)[0];
    if (!left.length) {
      texts.push(marking ? [response, marking] : response);
      return "*";
    }
    /** @param {readonly KitbagNamed[]} all @param {string} id */
    const at = (all, id) => all.findIndex((one) => one.id === id).toString(36);
    if (!right.length) return [response].flat().map((id) => at(left, String(id))).join(".");
    const pairs = /** @type {{[id: string]: string}} */ (response);
    return left.map(({ id }) => (KitbagSitting.own(pairs, id) ? at(right, pairs[id]) : "")).join(".");
  }

  /** @param {KitbagQuestion} item @param {string} word @param {unknown[]} texts @returns {KitbagAnswer} */
  function decode(item, word, texts) {
    if (word === "") return { response: null };
    if (item.type === "true-false") return { response: word === "t" ? "true" : "false" };
    const [left, right] = sides(item);
    if (!left.length) {
      const text = texts.shift();
      return Array.isArray(text) ? { response: text[0], marking: text[1] } : { response: /** @type {KitbagResponse} */ (text) };
    }
    const places = word.split(".").map((place) => (place ? parseInt(place, 36) : -1));
    if (right.length) {
      const pairs = left.map(({ id }, n) => [id, right[places[n]]?.id]).filter(([, id]) => id);
      return { response: Object.fromEntries(pairs) };
    }
    const ids = places.map((place) => left[place]?.id).filter(Boolean);
    return { response: item.type === "single-choice" ? ids[0] : ids };
  }

  /** @param {KitbagIsland} quiz @param {KitbagSittingState} sitting @returns {unknown[]} */
  function pack(quiz, sitting) {
    /** @type {unknown[]} */
    const texts = [];
    const words = quiz.items.map((item) => code(item, KitbagSitting.own(sitting.answers, item.id), texts));
    const earlier = sitting.earlier.map((id) => quiz.items.findIndex((item) => item.id === id));
    const { id, seed, number, started, submitted } = sitting;
    return [quiz.version, id, id.startsWith(seed) ? "" : seed, number, started, submitted || "", earlier, words.join(), ...texts];
  }

  /** @param {KitbagIsland} quiz @param {unknown} packed @returns {KitbagSittingState | null} Checked when it is restored. */
  function unpack(quiz, packed) {
    if (!Array.isArray(packed) || packed[0] !== quiz.version) return null;
    const [version, id, seed, number, started, submitted, earlier, words, ...texts] = packed;
    const each = String(words).split(",");
    if (each.length !== quiz.items.length) return null;
    /** @type {KitbagSittingState["answers"]} */
    const answers = {};
    quiz.items.forEach((item, n) => { if (each[n] !== "-") answers[item.id] = decode(item, each[n], texts); });
    return {
      version, id, seed: seed || String(id).slice(0, 8), number, started, submitted: submitted || null, answers,
      earlier: earlier.map((/** @type {number} */ n) => quiz.items[n]?.id).filter(Boolean),
    };
  }

  return { interaction, pack, unpack };
})();
