// @ts-check
"use strict";

// What is kept on this device: the appearance, and the way to forget everything (shared laptops).
(() => {
  const root = document.documentElement;
  const { keep } = KitbagSite;
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("clear-dialog"));
  const chooser = /** @type {HTMLSelectElement} */ (document.getElementById("appearance"));
  const said = /** @type {HTMLElement} */ (document.getElementById("said"));

  const ours = `kitbag:${root.dataset.course}`;

  /** How late a test was kept (tests/keep.js). @param {string | null} text */
  function revOf(text) {
    try {
      return Number(JSON.parse(text ?? "").rev) || 0;
    } catch {
      return 0;
    }
  }

  /** Where tests are kept that survive a power cut; null where none was taken here. @returns {Promise<IDBDatabase | null>} */
  function kept() {
    return new Promise((resolve) => {
      const request = indexedDB.open(ours);
      request.onupgradeneeded = () => request.transaction?.abort(); // there was none
      request.onerror = request.onblocked = () => resolve(null);
      request.onsuccess = () => resolve(request.result);
    });
  }

  /**
   * Forget the tests that were taken here. A mark takes the place of each: until the browser has written down what
   * localStorage forgot, a power cut brings that back, and the mark outranks it.
   * @param {Map<string, number>} revs How late localStorage had each.
   */
  async function forgetTests(revs) {
    const database = await kept();
    if (!database) return;
    await new Promise((resolve) => {
      // TypeScript's library of that year knows no durability.
      const how = /** @type {any} */ ({ durability: "strict" });
      /** @type {IDBTransaction} */
      const transaction = /** @type {any} */ (database).transaction("kept", "readwrite", how);
      transaction.oncomplete = transaction.onabort = resolve;
      const store = transaction.objectStore("kept");
      /** @param {string} key @param {number} rev */
      const mark = (key, rev) => store.put(JSON.stringify({ rev: Math.max(rev + 1, Date.now()) }), key);
      revs.forEach((rev, key) => mark(key, rev));
      const cursors = store.openCursor();
      cursors.onsuccess = () => {
        const cursor = cursors.result;
        if (!cursor) return;
        mark(String(cursor.key), revOf(cursor.value));
        cursor.continue();
      };
    });
    database.close();
  }

  /** Forget every edition of this course: the last reader may have had another one. */
  async function clear() {
    const revs = new Map();
    try {
      Object.keys(localStorage)
        .filter((key) => key.startsWith(`${ours}:`))
        .forEach((key) => {
          if (/:test:[^:]+$/.test(key)) revs.set(key, revOf(localStorage.getItem(key)));
          localStorage.removeItem(key);
        });
    } catch {
      // Nothing was kept.
    }
    await forgetTests(revs).catch(() => {});
    delete root.dataset.theme;
    chooser.value = "";
    said.textContent = said.dataset.cleared ?? "";
  }

  document.querySelectorAll(".device").forEach((part) => part.removeAttribute("hidden"));
  chooser.value = root.dataset.theme ?? "";
  chooser.addEventListener("change", () => {
    if (chooser.value) root.dataset.theme = chooser.value;
    else delete root.dataset.theme;
    keep("theme", chooser.value);
  });
  document.getElementById("clear")?.addEventListener("click", () => {
    said.textContent = "";
    dialog.returnValue = "";
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target instanceof HTMLButtonElement) dialog.close(event.target.value);
  });
  dialog.addEventListener("close", () => dialog.returnValue === "clear" && clear());
})();
