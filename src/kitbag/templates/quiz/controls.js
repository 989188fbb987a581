// The controls of each item type: puts their parts in order, reads a response off them and sets one.

const KitbagControls = (() => {
  "use strict";

  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const { own } = KitbagSitting;

  /**
   * @template {Element} T
   * @param {ParentNode} within
   * @param {string} selector
   * @returns {T[]}
   */
  const all = (within, selector) => /** @type {T[]} */ (Array.from(within.querySelectorAll(selector)));

  /** @param {ParentNode} within @param {string} selector @returns {HTMLElement | null} */
  const one = (within, selector) => within.querySelector(selector);

  /** @param {ParentNode} within @returns {(HTMLInputElement | HTMLTextAreaElement)[]} */
  const boxes = (within) => all(within, "input[type=text], textarea");

  /** @param {Element} within @returns {HTMLSelectElement} */
  const list = (within) => /** @type {HTMLSelectElement} */ (within.querySelector("select"));

  /** @param {Element} row */
  const idOf = (row) => row.getAttribute("data-id") || "";

  /** @param {Element} parent @param {readonly string[]} ids Bring the children named by `data-id` in this order. */
  function reorder(parent, ids) {
    const byId = new Map(Array.from(parent.children, (child) => [idOf(child), child]));
    if (Array.from(parent.children, idOf).join() === ids.join()) return;
    for (const id of ids) parent.append(/** @type {Element} */ (byId.get(id)));
  }

  /** @param {HTMLElement} article Say of each element where it stands now. */
  function number(article) {
    const rows = all(article, ".quiz-row");
    rows.forEach((row, at) => {
      list(row).value = String(at + 1);
      all(row, ".quiz-move").forEach((button) => {
        const end = button.getAttribute("data-move") === "1" ? at === rows.length - 1 : at === 0;
        button.setAttribute("aria-disabled", String(end)); // not `disabled`, which would lose the focus
      });
    });
  }

  /** @param {HTMLElement} article @param {KitbagItem} item @param {readonly string[]} order As drawn for the sitting. */
  function arrange(article, item, order) {
    if (item.type === "ordering") {
      for (const unset of all(article, "option[value='']")) unset.remove();
    } else if (item.type === "matching") {
      const letters = one(article, "[data-part=letters]");
      if (letters) {
        reorder(letters, order);
        all(letters, ".quiz-letter").forEach((letter, at) => { letter.textContent = LETTERS[at]; });
      }
      for (const select of all(article, "select")) {
        const options = new Map(all(select, "option").map((option) => [option.getAttribute("value") || "", option]));
        order.forEach((id, at) => {
          const option = /** @type {Element} */ (options.get(id));
          if (letters) option.textContent = `${LETTERS[at]}${(option.textContent || "").slice(1)}`;
          select.append(option);
        });
      }
    } else if (order.length) {
      reorder(/** @type {Element} */ (one(article, "[data-part=shown], [data-part=rows]")), order);
    }
  }

  /**
   * What the controls say now. An ordering answers with the order on the page: ask only once it was touched.
   * @param {HTMLElement} article
   * @param {KitbagItem} item
   * @returns {KitbagResponse}
   */
  function read(article, item) {
    /** @type {HTMLInputElement[]} */
    const ticked = all(article, ".quiz-option input:checked");
    switch (item.type) {
      case "single-choice":
      case "true-false":
        return ticked.length ? ticked[0].value : null;
      case "multiple-response":
        return item.options.map(({ id }) => id).filter((id) => ticked.some(({ value }) => value === id));
      case "matching":
      case "categorise":
        return Object.fromEntries(all(article, ".quiz-row").map((row) => [idOf(row), list(row).value]).filter(([, id]) => id));
      case "ordering":
        return all(article, ".quiz-row").map(idOf);
      case "cloze":
        return Object.fromEntries(boxes(article).map((box) => [idOf(box), box.value]).filter(([, text]) => text));
      default:
        return boxes(article)[0].value;
    }
  }

  /**
   * @param {HTMLElement} article
   * @param {KitbagItem} item
   * @param {KitbagResponse} response
   * @param {readonly string[]} order Of an ordering that has no answer yet.
   */
  function write(article, item, response, order) {
    const pairs = response && typeof response === "object" && !Array.isArray(response) ? response : {};
    switch (item.type) {
      case "single-choice":
      case "true-false":
      case "multiple-response":
        for (const input of all(article, ".quiz-option input")) {
          const box = /** @type {HTMLInputElement} */ (input);
          box.checked = Array.isArray(response) ? response.includes(box.value) : response === box.value;
        }
        break;
      case "matching":
      case "categorise":
        for (const row of all(article, ".quiz-row")) list(row).value = own(pairs, idOf(row)) || "";
        break;
      case "ordering":
        reorder(/** @type {Element} */ (one(article, "[data-part=shown]")), Array.isArray(response) ? response : order);
        number(article);
        break;
      case "cloze":
        for (const box of boxes(article)) box.value = own(pairs, idOf(box)) || "";
        break;
      default:
        boxes(article)[0].value = typeof response === "string" ? response : "";
        if (item.type === "numeric") watchNumber(article);
    }
  }

  /** @param {HTMLElement} article Say when what was typed is no number, once the box is left; it counts as wrong. */
  function watchNumber(article) {
    const [box] = boxes(article);
    const hint = one(article, "[data-part=no-number]");
    const look = () => {
      const odd = box.value.trim() !== "" && !KitbagScoring.readNumbers(box.value).length;
      if (hint) hint.textContent = odd ? hint.dataset.text || "" : "";
      box.setAttribute("aria-invalid", String(odd));
    };
    box.onchange = look;
    look();
  }

  /**
   * Moves an element of an ordering to a place, counted from 0.
   * @param {HTMLElement} article
   * @param {Element} row
   * @param {number} to
   */
  function move(article, row, to) {
    const ids = all(article, ".quiz-row").map(idOf);
    ids.splice(to, 0, ...ids.splice(ids.indexOf(idOf(row)), 1));
    reorder(/** @type {Element} */ (row.parentElement), ids);
    number(article);
  }

  /** @param {HTMLElement} article @param {boolean} frozen Keep the answer as it is, or open it again. */
  function freeze(article, frozen) {
    for (const control of all(article, "input, select, textarea, button")) {
      /** @type {HTMLInputElement} */ (control).disabled = frozen;
    }
  }

  /** @param {HTMLElement} article Put the focus on the first control. */
  function enter(article) {
    const first = one(article, "input:checked") || one(article, "input, select, textarea");
    article.scrollIntoView();
    (first || article).focus();
  }

  return { all, one, idOf, arrange, read, write, move, freeze, enter };
})();
