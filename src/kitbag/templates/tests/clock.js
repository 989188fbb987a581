// Time that only goes on: setting back the clock of the device gains nothing.

const KitbagClock = (() => {
  "use strict";

  /**
   * A clock in milliseconds since 1970. While the page is open it goes on by itself; time that passed while the page was
   * closed, or the device slept, counts as far as the device's clock tells.
   * @param {number} seen The latest time that is known to have been.
   */
  function start(seen) {
    let last = Math.max(Date.now(), seen);
    let mark = performance.now();
    return () => {
      const next = performance.now();
      last = Math.max(last + Math.max(next - mark, 0), Date.now());
      mark = next;
      return Math.floor(last);
    };
  }

  return { start };
})();
