// Runs a unit: opens the platform, shows the first page or the last one read, and tells the platform what was done.

(() => {
  "use strict";

  const frame = /** @type {HTMLIFrameElement} */ (document.getElementById("page"));
  const notice = /** @type {HTMLElement} */ (document.getElementById("notice"));
  /** @param {string} id */
  const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const [ways, back, leave] = ["ways", "return", "leave"].map(byId);
  /** @type {KitbagUnitData} */
  const data = JSON.parse(document.getElementById("unit")?.textContent || "{}");
  const platform = /** @type {{kitbagPlatform: (data: KitbagUnitData) => KitbagPlatform}} */ (
    /** @type {unknown} */ (globalThis)).kitbagPlatform(data);
  const root = new URL(".", location.href).href;
  let memory = KitbagUnitState.read(data, "");
  /** @type {KitbagOpened | null} */
  let opened = null;
  let acted = false;
  /** @type {KitbagHandedIn[]} */
  let held = []; // a test whose time ran out is handed in as it opens, before the trainee acts
  let closing = false;
  let closed = false;
  let place = "";
  /** @type {unknown} */
  let last = null;

  /** @param {string} key Of a string of the unit; nothing where all is well. */
  function say(key) {
    notice.textContent = key ? data.strings[key] : "";
    notice.hidden = !key;
  }

  /** A test leads to lessons, and they do not lead back to it; the platform may want to be told where to go. */
  function offer() {
    back.hidden = closed || data.lessons.length > 0 || !place || place === data.start;
    leave.hidden = closed || !opened || !opened.back;
    ways.hidden = back.hidden && leave.hidden;
  }

  /** @param {boolean} kept */
  function heard(kept) {
    if (!closed) say(kept ? "" : "lost");
    return kept;
  }

  const written = () => KitbagUnitState.write(data, memory, opened ? opened.room : 0);

  /** @returns {boolean} Whether the platform keeps it; in a review visit nothing is said, and nothing is missing. */
  function tell() {
    if (!opened || closed) return false;
    if (opened.review || !acted) return true;
    const steps = KitbagUnitRule.steps(data, memory);
    const done = steps.filter(Boolean).length;
    const { complete, passed } = KitbagUnitRule.status(data, memory, opened.cut);
    opened.complete = opened.complete || complete;
    opened.passed = opened.passed || passed === true;
    return heard(platform.tell({
      state: written().text,
      location: place,
      complete: opened.complete,
      passed: opened.passed || passed,
      score: KitbagUnitRule.score(data, memory),
      progress: opened.complete ? 1 : done / Math.max(1, steps.length),
    }, closing));
  }

  /** @param {KitbagHandedIn} handed */
  function report(handed) {
    if (!acted) held.push(handed);
    else if (opened && !opened.review && !closed) platform.interactions(handed);
  }

  /** @type {KitbagUnit} */
  const unit = {
    memory: new Map(),
    leaving: null,
    act() {
      if (acted) return;
      acted = true;
      for (const handed of held) report(handed);
      held = [];
      tell();
    },
    opened(href) {
      unit.leaving = null; // of the page before
      const path = href.startsWith(root) ? href.slice(root.length).replace(/[?#].*/, "") : "";
      if (!path || path === place) return;
      place = path;
      offer();
      const lesson = data.lessons.findIndex((name) => path === `lessons/${name}.html`);
      if (lesson >= 0) memory.opened[lesson] = true;
      if (acted) tell();
    },
    progress: () => ({ done: data.lessons.filter((_, n) => memory.done[n]), last }),
    note(progress) {
      last = progress.last;
      memory.done = data.lessons.map((lesson) => progress.done.includes(lesson));
      if (acted) tell();
    },
    sitting: (quiz) => memory.sittings.find(([name]) => name === quiz)?.[1][0].parts,
    keep(quiz, packed) {
      memory.sittings = [[quiz, packed], ...memory.sittings.filter(([name]) => name !== quiz)];
      return tell() && Boolean(opened) && (opened?.review || written().kept.includes(quiz));
    },
    finish(quiz, handed) {
      const at = data.quizzes.findIndex(({ id }) => id === quiz);
      if (at < 0) return; // a checkpoint counts for nothing
      // Only whole sittings count: trying the wrong ones again, with the answers at hand, shows nothing.
      const { whole, score, possible, waiting, last, interactions } = handed;
      if (whole) memory.best[at] = KitbagUnitRule.better(memory.best[at], { score, possible, waiting, last });
      if (interactions.length) report(handed);
      tell();
    },
    closed(quiz) {
      if (opened?.review) return "review";
      return data.quizzes.some(({ id }) => id === quiz) ? "" : "elsewhere";
    },
  };
  Object.assign(globalThis, { kitbagUnit: unit });

  /** @returns {Promise<void>} */
  async function close() {
    if (closed || !opened) return;
    closing = true;
    if (unit.leaving) unit.leaving();
    tell();
    closed = true;
    await platform.close(acted);
  }

  /** @param {string} key Close the unit for good and say why. */
  async function end(key) {
    const next = opened ? opened.back : "";
    const gone = close();
    frame.remove();
    offer();
    say(key);
    await gone;
    if (next) location.assign(next);
  }

  addEventListener("pagehide", () => { close(); });
  // A page that comes back from the browser's memory has been closed: the platform would hear no more.
  addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
  leave.addEventListener("click", () => { end("ended"); });
  back.addEventListener("click", () => { frame.src = data.start; });

  /** @param {string} key Without a platform, the device keeps what is done. */
  function alone(key) {
    delete /** @type {{kitbagUnit?: KitbagUnit}} */ (globalThis).kitbagUnit;
    say(key);
  }

  /** @param {KitbagOpened} found */
  function begin(found) {
    opened = found;
    memory = KitbagUnitState.read(data, found.state);
    if (found.review) say("review");
    offer();
    if (found.seconds === null) return;
    setTimeout(() => {
      if (found.onTimeUp.includes("exit")) end("time_up");
      else if (found.onTimeUp.includes("message")) say("time_up");
    }, Math.min(found.seconds * 1000, 2 ** 31 - 1));
  }

  platform.open(heard).then((found) => {
    if (found) begin(found);
    else alone("no_platform");
  }, (reason) => alone(reason.message === "ended" ? "ended_before" : "refused")).then(() => {
    // A unit without lessons is a test: it begins there, wherever the trainee read on.
    const at = opened && data.lessons.length ? opened.location : "";
    frame.src = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*\.html$/.test(at) ? at : data.start;
  });
})();
