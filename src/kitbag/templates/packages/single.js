// @ts-check
"use strict";

// One page at a time, chosen by the address. Without this file they follow one another.
(() => {
  const pages = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".page")]);

  /** @param {boolean} moved Whether the reader followed a link. */
  function show(moved) {
    let name = location.hash.slice(1);
    try {
      name = decodeURIComponent(name);
    } catch {
      // An address that somebody typed.
    }
    if (name === "content") return;
    const target = document.getElementById(name);
    const page = target?.closest(".page") ?? pages[0];
    pages.forEach((each) => {
      each.hidden = each !== page;
    });
    document.title = page.getAttribute("data-title") ?? document.title;
    if (target && target !== page) {
      target.closest("details")?.setAttribute("open", "");
      target.scrollIntoView();
    } else if (moved) {
      scrollTo(0, 0);
      /** @type {HTMLElement | null} */ (page.querySelector("h2"))?.focus({ preventScroll: true });
    }
  }

  addEventListener("hashchange", () => show(true));
  show(false);
})();
