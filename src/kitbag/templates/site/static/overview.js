// @ts-check
"use strict";

// How far the reader is, on the start page and on a module's page; and the chosen way through the course.
(() => {
  const { read, keep, progress } = KitbagSite;
  const { done, last } = progress();
  const lessons = new Set([...document.querySelectorAll("main [data-lesson]")].map((element) => element.getAttribute("data-lesson") ?? ""));
  const count = [...lessons].filter((lesson) => done.includes(lesson)).length;

  const box = document.querySelector(".progress");
  const bar = box?.querySelector("progress");
  const words = box?.querySelector("p");
  if (box instanceof HTMLElement && bar && words && count) {
    /** @type {Record<string, string>} */
    const forms = JSON.parse(box.dataset.forms ?? "{}");
    const text = forms[new Intl.PluralRules(document.documentElement.lang).select(lessons.size)] ?? forms.other ?? "";
    words.textContent = text.replace("{done}", String(count)).replace("{count}", String(lessons.size));
    bar.max = lessons.size;
    bar.value = count;
    box.hidden = false;
  }

  const start = document.getElementById("start");
  if (start instanceof HTMLAnchorElement && last && lessons.has(last.page)) {
    start.href = `lessons/${last.page}.html`;
    start.textContent = (start.dataset.goOn ?? "").replace("{title}", () => last.title);
  }

  const chosen = read("way");
  document.querySelectorAll("details[data-way]").forEach((element) => {
    const way = /** @type {HTMLDetailsElement} */ (element);
    if (chosen) way.open = way.dataset.way === chosen;
    way.addEventListener("toggle", () => way.open && keep("way", way.dataset.way ?? ""));
  });
})();
