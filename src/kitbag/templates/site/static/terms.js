// @ts-check
"use strict";

// A term's definition opens by pointer, focus and tap; it stays while it is needed and Escape closes it (WCAG 1.4.13).
// Without this file a term is a plain link to the glossary.
(() => {
  const GRACE = 250; // milliseconds to move the pointer from the word to its definition

  /** @type {{ term: HTMLElement, card: HTMLElement } | null} */
  let open = null;
  let leaving = 0;

  /** @param {HTMLElement} term */
  function cardOf(term) {
    return document.getElementById(term.getAttribute("aria-describedby") ?? "");
  }

  /** @param {HTMLElement} term */
  function show(term) {
    clearTimeout(leaving);
    if (open?.term === term) return;
    hide();
    const card = cardOf(term);
    if (!card) return;
    card.hidden = false;
    open = { term, card };
    place(term, card);
  }

  /**
   * Put the card under the first line of the word, or over it where there is no room, inside the window.
   * @param {HTMLElement} term
   * @param {HTMLElement} card
   */
  function place(term, card) {
    const word = term.getClientRects()[0] ?? term.getBoundingClientRect();
    const edge = 8;
    const width = card.offsetWidth;
    const height = card.offsetHeight;
    const room = document.documentElement.clientWidth - width - edge;
    const start = document.documentElement.dir === "rtl" ? word.right - width : word.left;
    const left = Math.max(edge, Math.min(start, room));
    const below = word.bottom + 4;
    const fits = below + height <= window.innerHeight || word.top < height + 4;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${(fits ? below : word.top - height - 4) + window.scrollY}px`;
  }

  function hide() {
    clearTimeout(leaving);
    if (open) open.card.hidden = true;
    open = null;
  }

  function leave() {
    clearTimeout(leaving);
    leaving = setTimeout(() => {
      if (open && document.activeElement !== open.term) hide();
    }, GRACE);
  }

  document.querySelectorAll("a.term").forEach((element) => {
    const term = /** @type {HTMLElement} */ (element);
    const card = cardOf(term);
    let touched = false;
    term.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(term));
    term.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
    term.addEventListener("focus", () => show(term));
    term.addEventListener("blur", leave);
    // The first tap opens the definition, the next one follows the link.
    term.addEventListener("pointerdown", (event) => {
      touched = event.pointerType !== "mouse" && open?.term !== term;
    });
    term.addEventListener("click", (event) => {
      if (!touched) return;
      touched = false;
      event.preventDefault();
      show(term);
    });
    card?.addEventListener("pointerenter", () => clearTimeout(leaving));
    card?.addEventListener("pointerleave", leave);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("pointerdown", (event) => {
    const target = event.target instanceof Node ? event.target : null;
    if (open && !open.card.contains(target) && !open.term.contains(target)) hide();
  });
  window.addEventListener("resize", hide);
})();
