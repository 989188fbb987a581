// @ts-check
"use strict";

// Progress, kept on this device. Every page reads well without this file.
const KitbagSite = (() => {
  const root = document.documentElement;
  const prefix = `kitbag:${root.dataset.course}:${root.dataset.edition}:`;
  const here = root.dataset.page ?? "";
  /** Where progress is kept: a learning platform may bring its own place. */
  const store = () => /** @type {{kitbagStorage?: Pick<Storage, "getItem" | "setItem">}} */ (globalThis).kitbagStorage ?? localStorage;

  /** @typedef {{ done: string[], last: { page: string, title: string } | null }} Progress */

  /**
   * What the device keeps under a name; nothing where it keeps nothing.
   * @param {string} name
   */
  function read(name) {
    try {
      return store().getItem(prefix + name);
    } catch {
      return null;
    }
  }

  /**
   * Keep a text under a name. Storage may be full or missing: the page works on, it only forgets.
   * @param {string} name
   * @param {string} value
   */
  function keep(name, value) {
    try {
      store().setItem(prefix + name, value);
      return true;
    } catch {
      return false;
    }
  }

  /** @returns {Progress} */
  function progress() {
    try {
      const { done, last } = JSON.parse(read("progress") ?? "{}");
      return { done: Array.isArray(done) ? done : [], last: last?.page && last.title ? last : null };
    } catch {
      return { done: [], last: null };
    }
  }

  /**
   * Mark every link to a finished lesson, by word and by sign.
   * @param {Progress} now
   */
  function show({ done }) {
    document.querySelectorAll("[data-lesson]").forEach((element) => {
      const lesson = /** @type {HTMLElement} */ (element);
      const finished = done.includes(lesson.dataset.lesson ?? "");
      lesson.classList.toggle("done", finished);
      lesson.querySelector(".done-mark")?.remove();
      if (!finished) return;
      const mark = document.createElement("span");
      mark.className = "done-mark";
      mark.textContent = document.body.dataset.done ?? "";
      lesson.querySelector("a")?.after(mark);
    });
  }

  /** @param {boolean} [finished] what to say of the lesson on this page; nothing where absent */
  function note(finished) {
    const now = progress();
    now.last = { page: here, title: document.querySelector("h1")?.textContent ?? "" };
    if (finished !== undefined) now.done = now.done.filter((page) => page !== here);
    if (finished) now.done.push(here);
    show(now);
    return keep("progress", JSON.stringify(now));
  }

  const finish = document.querySelector(".finish");
  if (here && finish instanceof HTMLElement && note()) {
    const box = /** @type {HTMLInputElement} */ (document.getElementById("finished"));
    finish.hidden = false;
    box.checked = progress().done.includes(here);
    box.addEventListener("change", () => note(box.checked));
    // Going on at the end of a lesson means having finished it.
    document.querySelector(".around .next")?.addEventListener("click", () => note(true));
  } else {
    show(progress());
  }

  // Contents stand open where there is room beside the page.
  const contents = document.querySelector(".contents details");
  if (contents instanceof HTMLDetailsElement) {
    const wide = matchMedia("(min-width: 64em)");
    const fit = () => {
      contents.open = wide.matches;
    };
    fit();
    wide.addEventListener("change", fit);
  }

  return { read, keep, progress };
})();
