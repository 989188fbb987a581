// What is said about an answer and about a whole sitting: signs, words and feedback, never colour alone.

const KitbagReport = (() => {
  "use strict";

  const { all, idOf } = KitbagControls;
  const { own } = KitbagSitting;
  const SVG = "http://www.w3.org/2000/svg";

  /** @type {{[name: string]: string}} Strokes on a square of 16. */
  const SIGNS = {
    right: "M2.5 8.5 6.5 12.5 13.5 4",
    partly: "M3 6.2Q5.5 3.6 8 6.2T13 6.2M3 10.8Q5.5 8.2 8 10.8T13 10.8",
    wrong: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5",
    blank: "M3 8H13",
    pending: "M3 13 4 9.5 10.8 2.7 13.3 5.2 6.5 12Z",
    "-1": "M3 10.5 8 5.5 13 10.5",
    1: "M3 5.5 8 10.5 13 5.5",
  };

  /**
   * @template {Element} T
   * @param {T} element
   * @param {{[name: string]: string}} attributes
   * @param {(Node | string)[]} children
   */
  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /**
   * @param {string} tag
   * @param {string | {[name: string]: string}} [given] Its class, or its attributes.
   * @param {...(Node | string)} children
   */
  const make = (tag, given = {}, ...children) => (
    fill(document.createElement(tag), typeof given === "string" ? { class: given } : given, children)
  );

  /** @param {string} tag @param {{[name: string]: string}} attributes @param {...Node} children */
  const draw = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  /** @param {string} name Decoration: a word always stands beside it. */
  const sign = (name) => draw("svg", { class: "quiz-sign", viewBox: "0 0 16 16", "aria-hidden": "true" }, draw("path", { d: SIGNS[name] }));

  /** @param {HTMLElement} article @param {Say} say Puts buttons beside each line of an ordering, unless they are there. */
  function offerMoves(article, say) {
    for (const row of all(article, ".quiz-order .quiz-row")) {
      const moves = /** @type {HTMLElement} */ (row.querySelector(".quiz-moves"));
      if (moves.querySelector("button")) continue;
      const text = row.querySelector(".quiz-text")?.textContent || "";
      for (const [by, name] of [["-1", "move_up"], ["1", "move_down"]]) {
        moves.append(make("button", { type: "button", class: "quiz-move", "data-move": by, "aria-label": say(name, { text }) }, sign(by)));
      }
    }
  }

  /** @param {string} html From the quiz's own data, rendered from Markdown without raw HTML. @param {string} [name] */
  function rich(html, name = "quiz-text") {
    const box = make("div", { class: name });
    box.innerHTML = html;
    return box;
  }

  /** @param {{marks: KitbagFraction, possible: KitbagFraction}} earned In whole percent, never rounded up to a pass. */
  function percent({ marks, possible }) {
    if (marks.n <= 0n || possible.n <= 0n) return 0;
    return Number((marks.n * possible.d * 100n) / (marks.d * possible.n));
  }

  /** @param {string} tag A course may name a language that the browser refuses to take for one (RFC 5646, 2.1). */
  function isLanguage(tag) {
    try {
      return Intl.getCanonicalLocales(tag).length === 1;
    } catch {
      return false;
    }
  }

  /**
   * The words for a quiz: `say("unanswered", { count: 2 })`.
   * @param {KitbagIsland} quiz
   */
  function speaker({ strings, language }) {
    const plural = new Intl.PluralRules(isLanguage(language) ? language : "en");
    /** @param {string} key @param {{[name: string]: string | number}} [values] */
    return (key, values = {}) => {
      const form = "count" in values ? `${key}.${plural.select(Number(values.count))}` : key;
      const string = strings[form] || strings[`${key}.other`] || strings[key];
      return string.replace(/\{([a-z_]+)\}/g, (_, name) => String(values[name]));
    };
  }

  /** @typedef {ReturnType<typeof speaker>} Say */

  /** @param {{marks: KitbagFraction, possible: KitbagFraction}} earned @param {Say} say As in `5 of 8 marks`. */
  const outOf = ({ marks, possible }, say) => (
    say("scored", { marks: KitbagScoring.marksText(marks), possible: say("marks", { count: Number(possible.n) }) })
  );

  /**
   * The answers that are shown to be right beside each part of an item.
   * @param {HTMLElement} article
   * @param {KitbagQuestion} item
   * @param {KitbagResponse} response
   * @param {Say} say
   */
  function markParts(article, item, response, say) {
    /** @param {Element} part @param {string} state @param {string} words */
    const note = (part, state, words) => {
      part.setAttribute("data-state", state);
      part.append(make("p", "quiz-note", sign(state === "missed" ? "right" : state), words));
    };
    const pairs = /** @type {{[id: string]: string}} */ (response || {});
    switch (item.type) {
      case "single-choice":
      case "true-false":
      case "multiple-response":
        for (const option of all(article, ".quiz-option")) {
          const right = [item.key].flat().map(String).includes(idOf(option));
          const chosen = [response].flat().includes(idOf(option));
          if (right && chosen) note(option, "right", say("right_choice_yours"));
          else if (right) note(option, "missed", say(item.type === "multiple-response" ? "missed_choice" : "right_choice"));
          else if (chosen) note(option, "wrong", say("your_choice"));
        }
        break;
      case "matching":
      case "categorise": {
        const key = new Map(KitbagScoring.keyPairs(item));
        for (const row of all(article, ".quiz-row")) {
          const right = key.get(idOf(row)) || "";
          const option = all(row, "option").find((choice) => choice.getAttribute("value") === right);
          if (own(pairs, idOf(row)) === right) note(row, "right", say("state.right"));
          else note(row, own(pairs, idOf(row)) ? "wrong" : "blank", say("right_answer", { text: option ? option.textContent || "" : "" }));
        }
        break;
      }
      case "ordering":
        if (Array.isArray(response)) {
          all(article, ".quiz-row").forEach((row, at) => {
            const right = item.elements[at].id === idOf(row);
            note(row, right ? "right" : "wrong", say(right ? "state.right" : "state.wrong"));
          });
        }
        break;
      default:
    }
  }

  /**
   * The right answer in words, where the parts of the item do not show it.
   * @param {HTMLElement} article
   * @param {KitbagQuestion} item
   * @param {KitbagResponse} response
   * @param {Say} say
   * @returns {HTMLElement[]}
   */
  function keyOf(article, item, response, say) {
    switch (item.type) {
      case "ordering": {
        const texts = new Map(all(article, ".quiz-row").map((row) => [idOf(row), row.querySelector(".quiz-text")]));
        const right = item.elements.map(({ id }) => make("li", {}, ...Array.from(/** @type {Element} */ (texts.get(id)).childNodes, (node) => node.cloneNode(true))));
        return [make("p", "quiz-label", say("right_order")), make("ol", {}, ...right)];
      }
      case "numeric":
        return [make("p", {}, say("right_answer", { text: `${item.key} ${article.querySelector(".quiz-unit")?.textContent || ""}`.trim() }))];
      case "short-answer":
        return [make("p", {}, say("right_answer", { text: item.accept[0] }))];
      case "cloze": {
        const texts = /** @type {{[id: string]: string}} */ (response || {});
        return [make("ul", "quiz-gaps", ...item.gaps.map(({ id, accept }, at) => {
          const given = own(texts, id);
          const state = given === undefined ? "blank" : KitbagScoring.accepted(given, accept) ? "right" : "wrong";
          const words = state === "right" ? say("state.right") : say("right_answer", { text: accept[0] });
          return make("li", { "data-state": state }, sign(state), `${say("gap", { number: at + 1, count: item.gaps.length })}: ${words}`);
        }))];
      }
      default:
        return [];
    }
  }

  /**
   * The feedback that this response has earned.
   * @param {KitbagQuestion} item
   * @param {KitbagResponse} response
   * @returns {string[]}
   */
  function feedbackOn(item, response) {
    const { accepted, readNumbers, compare } = KitbagScoring;
    /** @param {string} id */
    const said = (id) => own(item.feedback, id) || "";
    /** @param {string} text @param {readonly string[]} answers */
    const oneOf = (text, answers) => accepted(text, answers) || (item.type === "numeric" && answers.some((answer) => {
      const known = readNumbers(answer);
      return readNumbers(text).some((given) => known.some((one) => compare(given, one) === 0));
    }));
    switch (item.type) {
      case "single-choice":
      case "true-false":
      case "multiple-response":
        return [response].flat().map((id) => said(String(id))).filter(Boolean);
      case "matching":
      case "categorise": {
        const wrong = KitbagScoring.keyPairs(item).filter(([id, right]) => own(Object(response), id) !== right);
        return response ? wrong.map(([id]) => said(id)).filter(Boolean) : [];
      }
      case "ordering":
        return Array.isArray(response) && item.elements.some(({ id }, at) => response[at] !== id) ? [said("wrong")].filter(Boolean) : [];
      default: {
        return item.mistakes.filter(({ gap, answers }) => {
          const text = gap ? own(Object(response), gap) : response;
          return typeof text === "string" && oneOf(text, answers);
        }).map(({ feedback }) => feedback);
      }
    }
  }

  /** @param {KitbagQuestion} item @param {KitbagAnswer} answer @param {Say} say How the trainee's own marking stands. */
  function sumOf(item, { marking = {} }, say) {
    const given = Object.values(marking);
    if (!given.length) return say("rubric_help");
    return say("your_marks", { marks: given.reduce((a, b) => a + b), possible: item.points || 1 });
  }

  /**
   * The rubric of an essay, for marking one's own answer.
   * @param {KitbagQuestion} item
   * @param {KitbagAnswer} answer
   * @param {Say} say
   * @param {string} prefix Begins the ids of the controls.
   */
  function rubricOf(item, answer, say, prefix) {
    const rows = (item.rubric || []).map(({ id, text, points }) => {
      const select = make("select", { "data-criterion": id, "aria-labelledby": `${prefix}${id}` }, make("option", { value: "" }, "–"));
      for (let mark = 0; mark <= points; mark += 1) select.append(make("option", {}, `${mark}`));
      /** @type {HTMLSelectElement} */ (select).value = String(own(answer.marking, id) ?? "");
      const label = rich(text);
      label.id = prefix + id;
      return make("li", "quiz-row", label, make("span", "quiz-moves", select, ` / ${points}`));
    });
    const sum = make("p", { class: "quiz-sum", role: "status" }, sumOf(item, answer, say));
    const box = make("div", "quiz-rubric", make("p", "quiz-label", say("rubric")), make("ul", {}, ...rows), sum);
    if (item.model_answer) box.append(make("p", "quiz-label", say("model_answer")), rich(item.model_answer));
    return box;
  }

  /**
   * Takes back all that was said about an answer.
   * @param {HTMLElement} article
   */
  function clear(article) {
    article.removeAttribute("data-state");
    for (const said of all(article, ".quiz-note, .quiz-verdict")) said.remove();
    for (const part of all(article, "[data-state]")) part.removeAttribute("data-state");
  }

  /**
   * Says about an answer what there is to say, and returns the box that says it.
   * @param {HTMLElement} article
   * @param {KitbagIsland} quiz
   * @param {KitbagSittingState} sitting
   * @param {KitbagQuestion} item
   * @param {Node | null} why Why the key is right, and its sources; a course's own markup may leave it out.
   * @param {Say} say
   */
  function show(article, quiz, sitting, item, why, say) {
    clear(article);
    const answer = sitting.answers[item.id];
    const earned = KitbagSitting.scoreOf(quiz, sitting, item);
    const state = KitbagSitting.verdict(earned);
    article.setAttribute("data-state", state);
    markParts(article, item, answer.response, say);
    const words = make("p", "quiz-word", sign(state), make("strong", {}, say(`state.${state}`)));
    if (state !== "pending") words.append(make("span", "quiz-earned", outOf(earned, say)));
    const box = make("div", { class: "quiz-verdict", "data-state": state }, words);
    for (const html of feedbackOn(item, answer.response)) box.append(rich(html, "quiz-feedback"));
    if (state !== "right") box.append(...keyOf(article, item, answer.response, say));
    if (item.type === "essay") box.append(rubricOf(item, answer, say, `${article.id}:-r-`));
    if (why) box.append(why);
    article.append(box);
    return box;
  }

  return { make, sign, outOf, percent, draw, speaker, offerMoves, clear, show, sumOf };
})();
