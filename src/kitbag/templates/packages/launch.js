// Runs a unit: opens the platform, shows the first page or the last one read, and tells the platform what was done.

(() => {
  "use strict";

  const frame = /** @type {HTMLIFrameElement} */ (document.getElementById("page"));
  const notice = /** @type {HTMLElement} */ (document.getElementById("notice"));
  /** @type {KitbagUnitData} */
  const data = JSON.parse(document.getElementById("unit")?.textContent || "{}");
  const platform = /** @type {{kitbagPlatform: (data: KitbagUnitData) => KitbagPlatform}} */ (
    /** @type {unknown} */ (globalThis)).kitbagPlatform(data);
  const root = new URL(".", location.href).href;
  let state = KitbagUnitState.read("", data.lessons.length, data.quizzes.length);
  /** @type {KitbagOpened | null} */
  let opened = null;
  let acted = false;
  let closed = false;
  let place = "";
  /** @type {unknown} */
  let last = null;

  /** @param {string} key Of a string of the unit; nothing where all is well. */
  function say(key) {
    notice.textContent = key ? data.strings[key] : "";
    notice.hidden = !key;
  }

  /** Points earned and possible in the quizzes that count; null before the first of them is handed in. */
  function score() {
    if (state.best.every((each) => each === null)) return null;
    /** @param {string[]} texts */
    const sum = (texts) => texts.reduce((all, text) => KitbagScoring.add(all, KitbagScoring.fromText(text)), KitbagScoring.ZERO);
    return { marks: sum(state.best.map((each) => each ?? "0")), possible: sum(data.quizzes.map(({ possible }) => possible)) };
  }

  /** @returns {boolean} Whether the platform keeps it; in a review visit nothing is said, and nothing is missing. */
  function tell() {
    if (!opened || closed) return false;
    if (opened.review) return true;
    if (!acted) return true;
    const handedIn = state.best.every((each) => each !== null);
    const complete = opened.complete || (handedIn && state.done.every(Boolean));
    const earned = score();
    const passes = earned && handedIn && data.quizzes.length ? KitbagScoring.passes(earned.marks, earned.possible, data.cut) : null;
    opened.complete = complete;
    opened.passed = opened.passed || (complete && passes === true);
    const done = state.done.filter(Boolean).length + state.best.filter((each) => each !== null).length;
    const kept = platform.tell({
      state: KitbagUnitState.write(state).text,
      location: place,
      complete,
      passed: opened.passed ? true : complete ? passes : null,
      score: earned,
      progress: done / Math.max(1, state.done.length + state.best.length),
    });
    say(kept ? "" : "lost");
    return kept;
  }

  /** @type {KitbagUnit} */
  const unit = {
    memory: new Map(),
    act() {
      if (acted) return;
      acted = true;
      tell();
    },
    opened(href) {
      const path = href.startsWith(root) ? href.slice(root.length).replace(/[?#].*/, "") : "";
      if (!path || path === place) return;
      place = path;
      if (acted) tell();
    },
    progress: () => ({ done: data.lessons.filter((_, n) => state.done[n]), last }),
    note(progress) {
      last = progress.last;
      state.done = data.lessons.map((lesson) => progress.done.includes(lesson));
      if (acted) tell();
    },
    sitting: (quiz) => state.sittings.find(([name]) => name === quiz)?.[1],
    keep(quiz, packed) {
      state.sittings = [[quiz, packed], ...state.sittings.filter(([name]) => name !== quiz)];
      return tell() && Boolean(opened) && KitbagUnitState.write(state).kept.includes(quiz);
    },
    finish(quiz, handed) {
      const at = data.quizzes.findIndex(({ id }) => id === quiz);
      if (at < 0) return; // a checkpoint counts for nothing
      // Only whole sittings count: trying the wrong ones again, with the answers at hand, shows nothing.
      if (handed.whole) {
        const before = state.best[at];
        const better = before === null
          || KitbagScoring.compare(KitbagScoring.fromText(handed.score), KitbagScoring.fromText(before)) > 0;
        if (better) state.best[at] = handed.score;
      }
      if (opened && !opened.review && !closed) platform.interactions(handed);
      tell();
    },
  };
  Object.assign(globalThis, { kitbagUnit: unit });

  /** @param {boolean} timeUp */
  function close(timeUp) {
    if (closed || !opened) return;
    if (!opened.review && acted) tell();
    closed = true;
    platform.close({ acted, timeUp });
  }

  addEventListener("pagehide", () => close(false));

  platform.open().then((found) => {
    opened = found;
    let start = data.start;
    if (!found) {
      delete /** @type {{kitbagUnit?: KitbagUnit}} */ (globalThis).kitbagUnit; // so the device keeps what is done
      say("no_platform");
    } else {
      state = KitbagUnitState.read(found.state, data.lessons.length, data.quizzes.length);
      if (/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*\.html$/.test(found.location)) start = found.location;
      if (found.review) say("review");
      if (found.seconds !== null) {
        setTimeout(() => {
          if (found.onTimeUp.includes("message")) say("time_up");
          if (!found.onTimeUp.includes("exit")) return;
          close(true);
          frame.remove();
          say("time_up");
        }, Math.min(found.seconds * 1000, 2 ** 31 - 1));
      }
    }
    frame.src = start;
  });
})();
