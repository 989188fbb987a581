// @ts-check
"use strict";

// Only in `kitbag preview`: shows what is wrong with the course, and loads the page anew when it has changed.
(() => {
  /** @typedef {{ severity: string, kind: string, place: string, message: string, hint: string }} Finding */
  /**
   * What the stream of events tells.
   * @typedef {{ mark: string, title: string, errors: boolean, stale: boolean, words: Record<string, string>, findings: Finding[] }} News
   */
  /**
   * An element as it can be found again on the changed page: the nth of those that say the same.
   * @typedef {{ says: string, nth: number }} Found
   */

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const kept = `kitbag-preview:${location.pathname}`;
  const folded = "kitbag-preview:folded";
  // What stands beside the text, such as the contents, does not move with it.
  const READABLE = "main :is(h1, h2, h3, h4, h5, h6, p, li, td, th, dt, dd, summary, figcaption, legend, label, pre)";
  const FOCUSABLE = "a, button, input, select, textarea, summary, [tabindex]";

  // --- Where the reader stands ----------------------------------------------------------------------------------

  /** @param {Element} element */
  const says = (element) =>
    [element.tagName, element.id, element.getAttribute("name"), element.getAttribute("value"), element.textContent?.slice(0, 200)].join("\n");

  /**
   * @param {Element} element
   * @param {string} among
   * @returns {Found}
   */
  function described(element, among) {
    const same = [...document.querySelectorAll(among)].filter((other) => says(other) === says(element));
    return { says: says(element), nth: same.indexOf(element) };
  }

  /**
   * @param {Found} found
   * @param {string} among
   * @returns {Element | undefined}
   */
  const again = (found, among) => [...document.querySelectorAll(among)].filter((other) => says(other) === found.says)[found.nth];

  /** Keep what stands at the top of the window, what is open and what has the focus, for the page as it will be. */
  function keepPlace() {
    const seen = [...document.querySelectorAll(READABLE)].filter((element) => {
      const { top, bottom, height } = element.getBoundingClientRect();
      return height > 0 && bottom > 0 && top < innerHeight;
    });
    const focused = document.activeElement?.matches(FOCUSABLE) ? document.activeElement : null;
    const place = {
      y: scrollY,
      // Several, since the one that was written anew will not be found.
      seen: seen.slice(0, 12).map((element) => ({ ...described(element, READABLE), top: element.getBoundingClientRect().top })),
      open: [...document.querySelectorAll("details > summary")].map((summary) => ({
        ...described(summary, "details > summary"),
        open: /** @type {HTMLDetailsElement} */ (summary.parentElement).open,
      })),
      focus: focused && described(focused, FOCUSABLE),
    };
    sessionStorage.setItem(kept, JSON.stringify(place));
  }

  function takePlace() {
    const text = sessionStorage.getItem(kept);
    if (!text) return;
    sessionStorage.removeItem(kept);
    const place = JSON.parse(text);
    for (const one of place.open) {
      const details = again(one, "details > summary")?.parentElement;
      if (details instanceof HTMLDetailsElement) details.open = one.open;
    }
    const focus = place.focus && again(place.focus, FOCUSABLE);
    if (focus instanceof HTMLElement) focus.focus({ preventScroll: true });
    const settle = () => {
      for (const one of place.seen) {
        const element = again(one, READABLE);
        if (!element) continue;
        scrollBy({ top: element.getBoundingClientRect().top - one.top, behavior: "instant" });
        return;
      }
      scrollTo({ top: place.y, behavior: "instant" });
    };
    settle();
    // Pictures above may still have had no height.
    addEventListener("load", settle);
  }

  // --- The panel ------------------------------------------------------------------------------------------------

  const host = document.createElement("aside");
  const shadow = host.attachShadow({ mode: "open" });
  const said = make("p", "said");
  said.setAttribute("role", "status");
  const panel = make("div", "panel");
  panel.hidden = true;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = script.src.replace(/js$/, "css");

  /**
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {string} name
   * @param {(string | Node)[]} inside
   */
  function make(tag, name, ...inside) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...inside);
    return element;
  }

  /** @param {Finding} finding */
  const row = (finding) =>
    make(
      "li",
      finding.severity,
      make("p", "", make("span", "kind", finding.kind), " ", make("code", "", finding.place)),
      make("p", "", [finding.message, finding.hint].filter(Boolean).join(" ")),
    );

  /** What was shown last, so that the same findings are neither told nor drawn again. */
  let shown = "";

  /** @param {News} news */
  function show(news) {
    const { title, words, findings } = news;
    const now = JSON.stringify([findings, news.stale]);
    host.setAttribute("aria-label", words.name);
    if (now === shown) return;
    const first = shown === "";
    shown = now;
    // A page that opens without findings has nothing to tell.
    if (findings.length || !first) said.textContent = [title, ...findings.slice(0, 1).map((one) => `${one.place}: ${one.message}`)].join(". ");
    const list = make("ul", "", ...findings.map(row));
    list.tabIndex = 0; // so that the arrow keys can scroll it
    list.setAttribute("aria-label", title);
    const button = make("button", "");
    button.type = "button";
    const bar = make("div", "bar", make("p", "title", title), button);
    if (news.stale) bar.append(make("p", "stale", words.stale));

    /** @param {boolean} open */
    const fold = (open) => {
      panel.classList.toggle("folded", !open);
      list.hidden = !open;
      button.textContent = open ? words.hide : words.show;
      button.setAttribute("aria-expanded", String(open));
      makeRoom();
    };
    button.addEventListener("click", () => {
      const open = Boolean(list.hidden);
      sessionStorage.setItem(folded, open ? "" : now);
      fold(open);
    });
    panel.onkeydown = (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      button.click();
      button.focus();
    };
    panel.classList.toggle("mild", !news.errors);
    panel.replaceChildren(bar, list);
    panel.hidden = findings.length === 0;
    // Mistakes open the panel; what was folded away stays so until there is something else to say.
    fold(news.errors && sessionStorage.getItem(folded) !== now);
  }

  /** Nothing of the page may lie where only the panel can be seen. */
  function makeRoom() {
    document.body.style.paddingBlockEnd = panel.hidden ? "" : `${panel.offsetHeight}px`;
    document.documentElement.style.scrollPaddingBlockEnd = panel.hidden ? "" : `${panel.offsetHeight}px`;
  }

  // --- News -----------------------------------------------------------------------------------------------------

  /** @type {EventSource | null} */
  let stream = null;
  /** @type {Record<string, string>} */
  let words = {};
  let silence = 0;
  let renewed = false;

  function tellGone() {
    if (!words.gone || !stream) return;
    shown = "";
    said.textContent = words.gone;
    panel.className = "panel mild";
    panel.replaceChildren(make("div", "bar", make("p", "title", words.gone)));
    panel.hidden = false;
    makeRoom();
  }

  function listen() {
    const address = new URL("events", script.src);
    address.searchParams.set("page", location.pathname);
    stream = new EventSource(address);
    stream.addEventListener("message", (event) => {
      clearTimeout(silence);
      silence = 0;
      const news = /** @type {News} */ (JSON.parse(event.data));
      words = news.words;
      if (news.mark !== script.dataset.mark) {
        keepPlace();
        renewed = true;
        location.reload();
      } else {
        show(news);
      }
    });
    // The browser tries again by itself; a preview that was started anew is there at once.
    stream.addEventListener("error", () => {
      if (!silence) silence = setTimeout(tellGone, 2000);
    });
  }

  // A browser opens few connections to one server; pages that nobody sees keep none.
  function heed() {
    if (document.visibilityState === "visible" && !stream) {
      listen();
    } else if (document.visibilityState === "hidden") {
      stream?.close();
      stream = null;
    }
  }

  shadow.append(style, said, panel);
  document.body.append(host);
  style.addEventListener("load", makeRoom);
  addEventListener("resize", makeRoom);
  document.addEventListener("visibilitychange", heed);
  addEventListener("pagehide", () => {
    // The browser knows where the reader stood on the page that was, but not on the new one.
    history.scrollRestoration = renewed ? "manual" : "auto";
    stream?.close();
    stream = null;
  });
  addEventListener("pageshow", heed);
  takePlace();
  heed();
})();
