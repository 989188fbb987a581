// @ts-check
"use strict";

// Searches the index that the scripts before this one have put together. All words of the query must be on a page,
// each at the start of a word; accents and capital letters make no difference.
(() => {
  const SHOWN = 50;
  const AROUND = 90; // characters of text on each side of a hit

  /** @typedef {[title: string, place: string, href: string, text: string]} Entry */
  /** @typedef {{ entry: Entry, title: string, text: string }} Page */

  const box = document.getElementById("search");
  const query = /** @type {HTMLInputElement} */ (document.getElementById("query"));
  const found = /** @type {HTMLElement} */ (document.getElementById("found"));
  const results = /** @type {HTMLElement} */ (document.getElementById("results"));
  /** @type {Record<string, string>} */
  const strings = JSON.parse(document.getElementById("found")?.dataset.strings ?? "{}");
  const plurals = new Intl.PluralRules(document.documentElement.lang);

  /**
   * @param {string} key
   * @param {Record<string, string | number>} values
   */
  function say(key, values) {
    const string = strings[`${key}.${plurals.select(Number(values.count ?? 0))}`] ?? strings[`${key}.other`] ?? strings[key] ?? "";
    return string.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /**
   * Without accents, in lower case, and as long as the text itself, so that places in one are places in the other.
   * @param {string} text
   */
  function fold(text) {
    let folded = "";
    for (const letter of text) {
      const plain = letter.normalize("NFD")[0]?.toLowerCase() ?? "";
      folded += plain.length === letter.length ? plain : letter;
    }
    return folded;
  }

  const entries = /** @type {{ kitbagIndex?: Entry[] }} */ (/** @type {unknown} */ (window)).kitbagIndex ?? [];
  /** @type {Page[]} */
  const pages = entries.map((entry) => ({ entry, title: fold(entry[0]), text: fold(entry[3]) }));

  /** @param {string} word */
  function starts(word) {
    return new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "gu");
  }

  /**
   * How well a page fits: 0 where a word is missing.
   * @param {Page} page
   * @param {RegExp[]} words
   * @param {string} exact a title that is just this comes first
   */
  function fit(page, words, exact) {
    let score = page.title === exact ? 100 : 0;
    for (const word of words) {
      const inTitle = page.title.search(word) >= 0;
      const inText = [...page.text.matchAll(word)].length;
      if (!inTitle && !inText) return 0;
      score += (inTitle ? 20 : 0) + Math.min(inText, 5);
    }
    return score;
  }

  /**
   * Text with its hits marked, cut to the surroundings of the first one.
   * @param {string} text
   * @param {string} folded
   * @param {RegExp[]} words
   * @param {number} around
   */
  function marked(text, folded, words, around) {
    const hits = words
      .flatMap((word) => [...folded.matchAll(word)].map((hit) => ({ from: hit.index ?? 0, to: (hit.index ?? 0) + hit[0].length })))
      .sort((one, other) => one.from - other.from);
    const first = hits[0]?.from ?? 0;
    const from = first > around ? text.indexOf(" ", first - around) + 1 : 0;
    const end = Math.min(text.length, Math.max(first, from) + around);
    const to = end < text.length ? Math.max(text.lastIndexOf(" ", end), first + 1) : end;
    const part = document.createDocumentFragment();
    let done = from;
    if (from) part.append("… ");
    for (const hit of hits) {
      if (hit.from < done || hit.to > to) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(hit.from, hit.to);
      part.append(text.slice(done, hit.from), mark);
      done = hit.to;
    }
    part.append(text.slice(done, to));
    if (to < text.length) part.append(" …");
    return part;
  }

  function search() {
    const asked = query.value.trim();
    const words = fold(asked)
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean)
      .map(starts);
    const hits = words.length
      ? pages
          .map((page) => ({ page, score: fit(page, words, fold(asked)) }))
          .filter((hit) => hit.score)
          .sort((one, other) => other.score - one.score)
      : [];
    results.replaceChildren(
      ...hits.slice(0, SHOWN).map(({ page }) => {
        const [title, place, href, text] = page.entry;
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = href;
        link.append(marked(title, page.title, words, title.length));
        const where = document.createElement("p");
        where.className = "meta";
        where.textContent = place;
        const part = document.createElement("p");
        part.append(marked(text, page.text, words, AROUND));
        item.append(link, where, part);
        return item;
      }),
    );
    if (!words.length) found.textContent = "";
    else if (!hits.length) found.textContent = say("none", { query: asked });
    else if (hits.length > SHOWN) found.textContent = say("more", { shown: SHOWN, count: hits.length });
    else found.textContent = say("found", { count: hits.length });
    // Kept in the address, so that going back from a result finds the search again.
    history.replaceState(null, "", asked ? `#${encodeURIComponent(asked)}` : "#");
  }

  if (box) box.hidden = false;
  try {
    query.value = decodeURIComponent(window.location.hash.slice(1));
  } catch {
    query.value = ""; // An address that someone cut short.
  }
  if (query.value) search();
  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  query.focus();
})();
