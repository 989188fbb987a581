// @ts-check
"use strict";

// Progress, appearance and clearing the device. Every page reads well without this file.
(() => {
  const root = document.documentElement;
  const course = `kitbag:${root.dataset.course}:`;
  const prefix = `${course}${root.dataset.edition}:`;
  const here = root.dataset.page ?? "";
  /** @type {Record<string, string>} */
  const strings = JSON.parse(document.getElementById("said")?.dataset.strings ?? "{}");

  /** @typedef {{ done: string[], last: { page: string, title: string } | null }} Progress */

  /**
   * A string with its values filled in.
   * @param {string} key
   * @param {Record<string, string | number>} [values] `count` also chooses the plural form
   */
  function text(key, values = {}) {
    const plural = "count" in values ? new Intl.PluralRules(root.lang).select(Number(values.count)) : "";
    const string = strings[`${key}.${plural}`] ?? strings[`${key}.other`] ?? strings[key] ?? "";
    return string.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  const store = {
    /** @param {string} name */
    get(name) {
      try {
        return localStorage.getItem(prefix + name);
      } catch {
        return null;
      }
    },
    /**
     * @param {string} name
     * @param {string} value
     */
    set(name, value) {
      try {
        localStorage.setItem(prefix + name, value);
      } catch {
        // Full or missing: the page works on, it only forgets.
      }
    },
    /** Whether the device keeps anything at all. */
    works() {
      try {
        localStorage.setItem(`${prefix}try`, "");
        localStorage.removeItem(`${prefix}try`);
        return true;
      } catch {
        return false;
      }
    },
    /** Forget every edition of this course: the last user may have had another one. */
    clear() {
      try {
        Object.keys(localStorage)
          .filter((key) => key.startsWith(course))
          .forEach((key) => localStorage.removeItem(key));
      } catch {
        // Nothing was kept.
      }
    },
  };

  /** @returns {Progress} */
  function progress() {
    try {
      const saved = JSON.parse(store.get("progress") ?? "null");
      const last = saved?.last;
      return {
        done: Array.isArray(saved?.done) ? saved.done.filter((/** @type {unknown} */ page) => typeof page === "string") : [],
        last: typeof last?.page === "string" && typeof last?.title === "string" ? last : null,
      };
    } catch {
      return { done: [], last: null };
    }
  }

  /** @param {(now: Progress) => void} change */
  function update(change) {
    const now = progress();
    change(now);
    store.set("progress", JSON.stringify(now));
    show(now);
  }

  /** @param {Progress} now */
  function show(now) {
    const done = new Set(now.done);
    /** @type {Set<string>} */
    const lessons = new Set();
    document.querySelectorAll("[data-lesson]").forEach((element) => {
      const lesson = /** @type {HTMLElement} */ (element).dataset.lesson ?? "";
      lessons.add(lesson);
      element.classList.toggle("done", done.has(lesson));
      element.querySelector(".done-mark")?.remove();
      if (done.has(lesson)) {
        const mark = document.createElement("span");
        mark.className = "done-mark";
        mark.textContent = text("done");
        element.querySelector("a")?.after(mark);
      }
    });
    const count = [...lessons].filter((lesson) => done.has(lesson)).length;
    const box = document.querySelector("[data-progress]");
    const bar = box?.querySelector("progress");
    const words = box?.querySelector("p");
    if (box instanceof HTMLElement && bar && words) {
      box.hidden = count === 0;
      words.textContent = text("progress", { done: count, count: lessons.size });
      bar.max = lessons.size;
      bar.value = count;
      bar.setAttribute("aria-label", words.textContent);
    }
    const start = document.getElementById("start");
    const last = now.last;
    if (start instanceof HTMLAnchorElement && last && lessons.has(last.page)) {
      start.href = `lessons/${last.page}.html`;
      start.textContent = text("go_on", { title: last.title });
    }
    const finished = document.getElementById("finished");
    if (finished instanceof HTMLInputElement) finished.checked = done.has(here);
  }

  /** @param {boolean} finished */
  function mark(finished) {
    update((now) => {
      now.done = now.done.filter((page) => page !== here);
      if (finished) now.done.push(here);
    });
  }

  function startProgress() {
    if (here) {
      const title = document.querySelector("h1")?.textContent ?? "";
      update((now) => {
        now.last = { page: here, title };
      });
      const finish = document.querySelector(".finish");
      if (finish instanceof HTMLElement) finish.hidden = false;
      document.getElementById("finished")?.addEventListener("change", (event) => {
        mark(/** @type {HTMLInputElement} */ (event.target).checked);
      });
      // Going on at the end of a lesson means having finished it.
      document.querySelector(".around .next")?.addEventListener("click", () => mark(true));
    } else {
      show(progress());
    }
  }

  function startWays() {
    const ways = /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details[data-way]"));
    const chosen = store.get("way");
    ways.forEach((way) => {
      if (chosen) way.open = way.dataset.way === chosen;
      way.addEventListener("toggle", () => {
        if (way.open) store.set("way", way.dataset.way ?? "");
      });
    });
  }

  function startAppearance() {
    const chooser = document.getElementById("appearance");
    if (!(chooser instanceof HTMLSelectElement)) return;
    chooser.value = root.dataset.theme ?? "";
    chooser.addEventListener("change", () => {
      if (chooser.value) root.dataset.theme = chooser.value;
      else delete root.dataset.theme;
      store.set("theme", chooser.value);
    });
  }

  function startClearing() {
    const dialog = document.getElementById("clear-dialog");
    if (!(dialog instanceof HTMLDialogElement)) return;
    document.querySelectorAll(".device").forEach((part) => {
      if (part instanceof HTMLElement) part.hidden = false;
    });
    document.querySelectorAll("[data-clear]").forEach((button) => {
      button.addEventListener("click", () => dialog.showModal());
    });
    dialog.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button) dialog.close(button.value);
    });
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "clear") return;
      store.clear();
      // Said on a fresh page: nothing of the last user stays in it, quiz answers included.
      window.name = "kitbag-cleared";
      window.location.reload();
    });
    if (window.name === "kitbag-cleared") {
      window.name = "";
      const said = document.getElementById("said");
      if (said) setTimeout(() => (said.textContent = text("cleared")), 100);
    }
  }

  /** Contents stand open where there is room beside the page. */
  function startContents() {
    const contents = document.querySelector(".contents details");
    if (!(contents instanceof HTMLDetailsElement)) return;
    const wide = window.matchMedia("(min-width: 64em)");
    const fit = () => {
      contents.open = wide.matches;
    };
    fit();
    wide.addEventListener("change", fit);
  }

  startContents();
  if (store.works()) startProgress();
  startWays();
  startAppearance();
  startClearing();
})();
