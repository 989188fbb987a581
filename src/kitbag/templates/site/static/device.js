// @ts-check
"use strict";

// What is kept on this device: the appearance, and the way to forget everything (shared laptops).
(() => {
  const root = document.documentElement;
  const { keep } = KitbagSite;
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("clear-dialog"));
  const chooser = /** @type {HTMLSelectElement} */ (document.getElementById("appearance"));
  const said = /** @type {HTMLElement} */ (document.getElementById("said"));

  /** Forget every edition of this course: the last reader may have had another one. */
  function clear() {
    try {
      Object.keys(localStorage)
        .filter((key) => key.startsWith(`kitbag:${root.dataset.course}:`))
        .forEach((key) => localStorage.removeItem(key));
      indexedDB.deleteDatabase(`kitbag:${root.dataset.course}`); // tests that were taken here
    } catch {
      // Nothing was kept.
    }
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
