// One definition of a mark, in exact fractions: the twin of kitbag/questions/scoring.py, where the rules are told.

/**
 * @typedef {"partial" | "exact" | "1/w" | "1/c" | "any-wrong" | "no-penalty"} KitbagRule
 * @typedef {{readonly id: string}} KitbagNamed
 * @typedef {{readonly id: string, readonly points?: number}} KitbagAnyItem
 * @typedef {KitbagAnyItem & ({type: "single-choice", options: KitbagNamed[], key: string, shuffle?: boolean,
 *     scoring?: KitbagRule | null, floor?: string}
 *   | {type: "multiple-response", options: KitbagNamed[], key: string[], shuffle?: boolean, scoring?: KitbagRule | null}
 *   | {type: "true-false", key: boolean, scoring?: KitbagRule | null, floor?: string}
 *   | {type: "matching", premises: (KitbagNamed & {match: string})[], responses: KitbagNamed[],
 *     scoring?: KitbagRule | null}
 *   | {type: "ordering", elements: KitbagNamed[], scoring?: KitbagRule | null}
 *   | {type: "numeric", key: string, tolerance?: string}
 *   | {type: "short-answer", accept: string[]}
 *   | {type: "cloze", gaps: (KitbagNamed & {accept: string[]})[], scoring?: KitbagRule | null}
 *   | {type: "categorise", categories: KitbagNamed[], elements: (KitbagNamed & {category: string})[],
 *     scoring?: KitbagRule | null}
 *   | {type: "essay"})} KitbagItem
 * @typedef {Extract<KitbagItem, {type: "matching" | "categorise"}>} KitbagPaired
 * @typedef {{readonly n: bigint, readonly d: bigint}} KitbagFraction In lowest terms, d above zero.
 * @typedef {{marks: KitbagFraction, possible: KitbagFraction, attempted: boolean, pending: boolean}} KitbagScore
 */

const KitbagScoring = (() => {
  "use strict";

  const LONGEST_TEXT = 100000;
  const SPACES = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+/g;
  // The characters whose normal form and case are the same in every engine since Unicode 11; see scoring.py.
  const SETTLED = new RegExp(
    "[^\\u0890-\\u089f\\u08ca-\\u08d2\\u0c3c\\u0eba\\u1abf-\\u1aff\\u1c89-\\u1c8f\\u1dfa\\u2c2f\\u2c5f\\u32ff"
    + "\\ua7ba-\\ua7f6\\uab68-\\uab6b\\ud800-\\udfff\\u{10000}-\\u{103ff}\\u{10450}-\\u{1d3ff}\\u{1d800}-\\u{1e8ff}"
    + "\\u{1e944}-\\u{2f7ff}\\u{2fa1e}-\\u{10ffff}]+",
    "gu",
  );
  const ZEROS = "\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0de6\u0e50\u0ed0\u0f20\u1040\u1090\u17e0"
    + "\u1810\u1946\u19d0\u1a80\u1a90\u1b50\u1bb0\u1c40\u1c50\ua620\ua8d0\ua900\ua9d0\ua9f0\uaa50\uabf0";
  const DIGITS = new Map(Array.from(ZEROS).flatMap((zero) => (
    Array.from("0123456789", (digit, value) => [String.fromCharCode(zero.charCodeAt(0) + value), digit])
  )));
  const NOT_TYPED = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  const SIGN = /^[+\-\u2010\u2013\u2212]+/;
  const DECIMAL = /^[+\-\u2010\u2013\u2212]?([0-9]{1,40}([.,\u066b][0-9]{0,40})?|[.,\u066b][0-9]{1,40})$/;
  const GROUPED = new RegExp(
    "^[+\\-\u2010\u2013\u2212]?[1-9][0-9]{0,2}([.,\u066c '\u2019])(?:[0-9]{2,3}\\1){0,12}[0-9]{3}(?:(?!\\1)[.,\u066b][0-9]{0,40})?$",
  );

  /** A response that no trainee could have given to the item. */
  class BadResponse extends Error {}

  // --- Fractions ---

  /** @param {number | bigint} n @param {number | bigint} [d] @returns {KitbagFraction} */
  function fraction(n, d = 1) {
    let [top, bottom] = [BigInt(n), BigInt(d)];
    if (bottom < 0n) [top, bottom] = [-top, -bottom];
    let [a, b] = [top < 0n ? -top : top, bottom];
    while (b) [a, b] = [b, a % b];
    return { n: top / a, d: bottom / a };
  }

  const ZERO = fraction(0);
  const ONE = fraction(1);

  /** @param {KitbagFraction} a @param {KitbagFraction} b */
  const add = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);

  /** @param {KitbagFraction} a @param {KitbagFraction} b */
  const subtract = (a, b) => fraction(a.n * b.d - b.n * a.d, a.d * b.d);

  /** @param {KitbagFraction} a @param {KitbagFraction} b Below, at or above zero as a is below, at or above b. */
  const compare = (a, b) => Number(a.n * b.d > b.n * a.d) - Number(a.n * b.d < b.n * a.d);

  /** @param {KitbagFraction} a As the attempt record has it: `2`, `1/3`, `-1/2`. */
  const toText = (a) => (a.d === 1n ? `${a.n}` : `${a.n}/${a.d}`);

  /**
   * Marks as people read them on every screen and paper: `8`, `8.5`, `8.33`, halves of a hundredth up.
   * @param {KitbagFraction} marks
   */
  function marksText({ n, d }) {
    const hundredths = (200n * (n < 0n ? -n : n) + d) / (2n * d);
    const [whole, rest] = [hundredths / 100n, hundredths % 100n];
    const digits = rest ? `${whole}.${String(rest).padStart(2, "0").replace(/0$/, "")}` : `${whole}`;
    return n < 0n && hundredths ? `\u2212${digits}` : digits;
  }

  /** @param {string} text @returns {KitbagFraction} */
  function fromText(text) {
    const [n, d = "1"] = text.split("/");
    return fraction(BigInt(n), BigInt(d));
  }

  // --- Typed answers ---

  /** @param {string} text NFKC, upper case then lower case, spaces folded to one and trimmed. */
  function foldText(text) {
    return text
      .replace(SETTLED, (part) => (
        part.normalize("NFKC").toUpperCase().toLowerCase().replace(/\u03c2/g, "\u03c3").replace(/i\u0307/g, "i")
      ))
      .replace(SPACES, " ")
      .replace(/^ | $/g, "");
  }

  /** @param {string} digits With one decimal sign at most. @returns {KitbagFraction} */
  function decimal(digits) {
    const [whole, decimals = ""] = digits.split(/[.,\u066b]/);
    return fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
  }

  /** @param {string} text @returns {KitbagFraction[]} What it can mean: no number, one, or two as 1,000 and 1.000 can. */
  function readNumbers(text) {
    const typed = foldText(text.replace(NOT_TYPED, "")).replace(/[^\0-\x7f]/g, (char) => DIGITS.get(char) || char);
    const bare = typed.replace(SIGN, "");
    const grouped = GROUPED.exec(typed);
    const readings = DECIMAL.test(typed) ? [decimal(bare)] : [];
    if (grouped) readings.push(decimal(bare.split(grouped[1]).join("")));
    return /^[-\u2010\u2013\u2212]/.test(typed) ? readings.map((value) => subtract(ZERO, value)) : readings;
  }

  /** @param {string} text A number of the course, with a decimal point. @returns {KitbagFraction} */
  const readKey = (text) => (
    text.startsWith("-") ? subtract(ZERO, decimal(text.slice(1))) : decimal(text)
  );

  /** @param {string} text @param {readonly string[]} accept */
  const accepted = (text, accept) => accept.map(foldText).includes(foldText(text));

  // --- Reading a response, which may come from anyone ---

  /** @param {KitbagItem} item @param {string} reason @returns {never} */
  function refuse(item, reason) {
    throw new BadResponse(`${item.id}: ${reason}`);
  }

  /** @param {KitbagItem} item @param {unknown} name @param {readonly string[]} known */
  function knownId(item, name, known) {
    if (typeof name !== "string") refuse(item, "expected an id");
    if (!known.includes(name)) refuse(item, "an id is unknown");
    return name;
  }

  /** @param {KitbagItem} item @param {unknown} response @param {readonly string[]} known */
  const oneOf = (item, response, known) => (response === null ? null : knownId(item, response, known));

  /** @param {KitbagItem} item @param {unknown} response @param {readonly string[]} known @returns {string[]} */
  function idList(item, response, known) {
    if (response === null) return [];
    if (!Array.isArray(response)) refuse(item, "expected a list of ids");
    const ids = response.map((name) => knownId(item, name, known));
    if (new Set(ids).size < ids.length) refuse(item, "an id is given twice");
    return ids;
  }

  /**
   * @param {KitbagItem} item
   * @param {unknown} response
   * @param {string} expected
   * @returns {[string, unknown][]}
   */
  function entries(item, response, expected) {
    if (response === null) return [];
    if (typeof response !== "object" || Array.isArray(response)) refuse(item, expected);
    return Object.entries(/** @type {object} */ (response));
  }

  /** @param {KitbagItem} item @param {unknown} response @returns {string | null} Null where it holds only spaces. */
  function typedText(item, response) {
    if (response === null) return null;
    if (typeof response !== "string") refuse(item, "expected a text");
    if (response.length > LONGEST_TEXT && Array.from(response).length > LONGEST_TEXT) {
      refuse(item, `a text is longer than ${LONGEST_TEXT} characters`);
    }
    return response.replace(SPACES, "") === "" ? null : response;
  }

  // --- The share of the points that a response earns; null where nothing was answered ---

  /** @param {number} right @param {number} count @param {KitbagRule} rule */
  function outOf(right, count, rule) {
    if (rule !== "exact") return fraction(right, count);
    return right === count ? ONE : ZERO;
  }

  /** @param {KitbagPaired} item What goes with what. @returns {[string, string][]} */
  const keyPairs = (item) => (item.type === "matching"
    ? item.premises.map(({ id, match }) => [id, match])
    : item.elements.map(({ id, category }) => [id, category]));

  /** @param {KitbagPaired} item @param {unknown} response @param {KitbagRule} rule */
  function rightPairs(item, response, rule) {
    const key = keyPairs(item);
    const left = key.map(([id]) => id);
    const right = (item.type === "matching" ? item.responses : item.categories).map(({ id }) => id);
    const given = new Map(entries(item, response, "expected pairs of ids")
      .map(([name, value]) => [knownId(item, name, left), knownId(item, value, right)]));
    return given.size ? outOf(key.filter(([id, match]) => given.get(id) === match).length, key.length, rule) : null;
  }

  /**
   * @param {Extract<KitbagItem, {type: "multiple-response"}>} item
   * @param {readonly string[]} chosen
   * @param {KitbagRule} rule
   */
  function choices(item, chosen, rule) {
    if (!chosen.length) return null;
    const right = item.key.length;
    const wrong = item.options.length - right;
    const hits = chosen.filter((id) => item.key.includes(id)).length;
    const falseHits = chosen.length - hits;
    const earned = fraction(hits, right);
    /** @param {number} among */
    const lessFalse = (among) => {
      const left = subtract(earned, fraction(falseHits, among));
      return left.n > 0n ? left : ZERO;
    };
    switch (rule) {
      case "partial": return lessFalse(Math.max(wrong, 2));
      case "exact": return hits === right && falseHits === 0 ? ONE : ZERO;
      case "1/w": return lessFalse(Math.max(wrong, 1));
      case "1/c": return lessFalse(right);
      case "any-wrong": return falseHits ? ZERO : earned;
      case "no-penalty": return earned;
    }
  }

  /**
   * @param {KitbagItem} item
   * @param {unknown} response
   * @param {KitbagRule} rule
   * @param {boolean} floored
   * @returns {KitbagFraction | null}
   */
  function share(item, response, rule, floored) {
    /** @param {boolean} right @param {number} count How many there were to choose from. */
    const oneOfMany = (right, count) => {
      if (right) return ONE;
      return floored && "floor" in item && item.floor === "chance" ? fraction(-1, count - 1) : ZERO;
    };
    switch (item.type) {
      case "single-choice": {
        const chosen = oneOf(item, response, item.options.map(({ id }) => id));
        return chosen === null ? null : oneOfMany(chosen === item.key, item.options.length);
      }
      case "true-false": {
        const chosen = oneOf(item, response, ["true", "false"]);
        return chosen === null ? null : oneOfMany((chosen === "true") === item.key, 2);
      }
      case "multiple-response":
        return choices(item, idList(item, response, item.options.map(({ id }) => id)), rule);
      case "matching":
      case "categorise":
        return rightPairs(item, response, rule);
      case "ordering": {
        const right = item.elements.map(({ id }) => id);
        const given = idList(item, response, right);
        if (!given.length) return null;
        if (given.length < right.length) refuse(item, "an order names every element");
        return outOf(right.filter((id, at) => given[at] === id).length, right.length, rule);
      }
      case "numeric": {
        const text = typedText(item, response);
        if (text === null) return null;
        const [key, most] = [readKey(item.key), readKey(item.tolerance || "0")];
        return readNumbers(text).some((number) => {
          const off = subtract(number, key);
          return compare(off.n < 0n ? subtract(ZERO, off) : off, most) <= 0;
        }) ? ONE : ZERO;
      }
      case "short-answer": {
        const text = typedText(item, response);
        if (text === null) return null;
        return accepted(text, item.accept) ? ONE : ZERO;
      }
      case "cloze": {
        const gaps = item.gaps.map(({ id }) => id);
        /** @type {Map<string, string>} */
        const texts = new Map();
        for (const [name, value] of entries(item, response, "expected a text for each gap")) {
          const gap = knownId(item, name, gaps);
          const text = typedText(item, value);
          if (text !== null) texts.set(gap, text);
        }
        const right = item.gaps.filter(({ id, accept }) => texts.has(id) && accepted(texts.get(id) || "", accept));
        return texts.size ? outOf(right.length, gaps.length, rule) : null;
      }
      case "essay":
        return typedText(item, response) === null ? null : ZERO;
    }
  }

  /**
   * What a response to an item earns. Throws BadResponse.
   * @param {KitbagItem} item
   * @param {unknown} response
   * @param {KitbagRule | null} rule The test's rule, which sets aside the item's own.
   * @param {KitbagRule} standard The course's rule, for an item that has none.
   * @returns {KitbagScore}
   */
  function score(item, response, rule, standard) {
    const possible = fraction(item.points || 1);
    const own = "scoring" in item ? item.scoring : null;
    const earned = share(item, response, rule || own || standard, rule !== "exact");
    if (earned === null) return { marks: ZERO, possible, attempted: false, pending: false };
    const marks = fraction(earned.n * possible.n, earned.d);
    return { marks, possible, attempted: true, pending: item.type === "essay" };
  }

  /** @param {KitbagFraction} marks @param {KitbagFraction} possible @param {number} cutScore In percent. */
  const passes = (marks, possible, cutScore) => (
    compare(fraction(marks.n * 100n, marks.d), fraction(possible.n * BigInt(cutScore), possible.d)) >= 0
  );

  return { BadResponse, ZERO, add, compare, toText, marksText, fromText, foldText, readNumbers, accepted, keyPairs, score, passes };
})();
