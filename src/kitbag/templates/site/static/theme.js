// @ts-check
"use strict";

// Loaded before the page is drawn, so that a chosen appearance does not flash. Storage may be missing: go on without.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem(`kitbag:${root.dataset.course}:${root.dataset.edition}:theme`);
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // The device keeps nothing; the page looks as the device does.
  }
})();
