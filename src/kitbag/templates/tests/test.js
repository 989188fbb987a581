// Runs a test: the start, a question at a time, looking through, the result. One tab has it, and every change is kept.

(() => {
  "use strict";

  const { all, one } = KitbagControls;
  const { make, outOf, percent } = KitbagReport;
  const MINUTE = 60000;
  const LONGEST_LOOK = 5000; // a longer step between two ticks is sleep, not reading
  const TOLD = [30, 10, 5, 1]; // minutes left at which a listener is told

  const root = /** @type {HTMLElement} */ (one(document, "[data-part=test]"));
  /** @param {string} name */
  const part = (name) => /** @type {HTMLElement} */ (one(root, `[data-part=${name}]`));
  /** @param {string} id */
  const byId = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));
  /** @type {KitbagTest} */
  const test = JSON.parse(part("island").textContent || "");
  const say = KitbagReport.speaker(/** @type {KitbagIsland} */ (/** @type {unknown} */ (test)));
  const { kitbagRecorder } = /** @type {{kitbagRecorder?: (quiz: object) => KitbagRecorder}} */ (globalThis);
  const keep = kitbagRecorder ? KitbagKeep.withRecorder(kitbagRecorder(test)) : KitbagKeep.onDevice(test);
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("clear-dialog"));

  let state = KitbagState.fresh();
  let clock = KitbagClock.start(0);
  /** @type {KitbagFormQuiz | null} */
  let quiz = null;
  /** @type {Map<string, HTMLElement>} */
  let articles = new Map();
  let screen = "";
  let looked = 0;
  let ticks = 0;
  let told = Infinity;
  let current = {};

  /** @param {string} words */
  const announce = (words) => { part("status").textContent = words; };

  /** @param {string} words @param {string} style @param {() => void} act */
  function button(words, style, act) {
    const made = make("button", { type: "button", class: `quiz-button ${style}` }, words);
    made.addEventListener("click", act);
    return made;
  }

  /** Keep what has changed. Where another tab has the test by now, give way. */
  function save() {
    // By the clock, so that it is later than all that was kept before the device was cleared.
    state.rev = Math.max(state.rev + 1, Date.now());
    if (state.sitting) state.sitting.seen = clock();
    if (!keep.save(state)) giveWay();
  }

  function giveWay() {
    quiz = null;
    show("elsewhere");
  }

  // --- Screens ---

  /** @param {string} name @param {HTMLElement | null} [focus] Instead of the heading of the screen. */
  function show(name, focus) {
    look();
    const before = screen;
    screen = name;
    for (const section of all(root, "[data-screen]")) {
      /** @type {HTMLElement} */ (section).hidden = section.getAttribute("data-screen") !== name;
    }
    looked = clock();
    if (!before && !focus) return; // the page has just been opened: reading begins at its top
    scrollTo(0, 0);
    const heading = one(root, `[data-screen=${name}] h2[tabindex]`);
    (focus || heading)?.focus();
  }

  /** Find out how things stand. What happens meanwhile begins it afresh. */
  async function boot() {
    const mine = {};
    current = mine;
    quiz = null;
    const taken = await keep.taken();
    if (current !== mine) return;
    if (taken) {
      show("elsewhere");
      return;
    }
    keep.take();
    const kept = await keep.load();
    if (current !== mine) return;
    state = KitbagState.mend(test, kept);
    clock = KitbagClock.start(state.sitting ? state.sitting.seen : 0);
    applyLarge();
    const { sitting, done } = state;
    if (keep.closed && done.length) showResult();
    else if (keep.closed) showStart();
    else if (sitting && (sitting.version !== test.version || !test.forms[sitting.number - 1])) showForeign(sitting.kit);
    else if (sitting) resume(sitting);
    else if (done.length) showResult();
    else showStart();
    if (!(await keep.works())) for (const warning of all(root, "[data-part=keeps-nothing]")) /** @type {HTMLElement} */ (warning).hidden = false;
  }

  /** @param {string} kit */
  function showForeign(kit) {
    part("foreign").textContent = say("foreign_text", { kit: String(kit) });
    part("clear-foreign").replaceChildren(clearPanel());
    show("foreign");
  }

  function applyLarge() {
    document.documentElement.classList.toggle("test-large", state.large);
    byId("large").checked = state.large;
  }

  // --- The start ---

  function showStart() {
    const number = state.done.length + 1;
    if (test.attempts > 1) part("attempt").textContent = say("attempt_of", { number, count: test.attempts });
    part("setup").hidden = Boolean(keep.closed);
    part("closed").textContent = keep.closed ? say(`closed.${keep.closed}`) : "";
    byId("person").value = state.person;
    part("code-start").replaceChildren(codeBox("start"));
    drawLimit();
    show("start");
  }

  /** @param {number} ms */
  const inMinutes = (ms) => say("minutes_left", { count: Math.ceil(ms / MINUTE) });

  function drawLimit() {
    const limit = KitbagRecord.limit(test, state.allowed);
    part("limit").textContent = limit === null ? say("no_limit") : inMinutes(limit);
    /** @type {HTMLElement} */ (one(root, "[data-act=begin]")).textContent = limit === null
      ? say("begin") : say("begin_timed", { time: inMinutes(limit) });
  }

  /** @param {string} where A field for a code, and what codes have granted. */
  function codeBox(where) {
    const input = /** @type {HTMLInputElement} */ (make("input", {
      type: "text", id: `code-${where}`, size: "10", maxlength: "20", autocomplete: "off", autocapitalize: "characters",
      spellcheck: "false", "aria-describedby": `code-${where}-help code-${where}-said`,
    }));
    const said = make("p", { class: "test-help", role: "status", id: `code-${where}-said` });
    const granted = make("ul", "test-granted");
    const list = () => granted.replaceChildren(...state.allowed.map((kind) => make("li", {}, say(`allowed.${kind}`))));
    const use = () => {
      const kind = KitbagRecord.allowed(test, input.value);
      said.textContent = kind ? say("granted", { what: say(`allowed.${kind}`) }) : say("code_unknown");
      if (kind) {
        input.value = "";
        allow(kind);
        list();
      } else input.select();
    };
    input.addEventListener("keydown", ({ key }) => { if (key === "Enter") use(); });
    list();
    return make("details", "test-more",
      make("summary", {}, say("code")),
      make("p", "test-field",
        make("label", { for: `code-${where}` }, say("code")),
        make("span", "test-row", input, button(say("use_code"), "", use)),
        make("span", { class: "test-help", id: `code-${where}-help` }, say("code_help"))),
      said, granted);
  }

  /** @param {string} kind */
  function allow(kind) {
    if (!state.allowed.includes(kind)) state.allowed.push(kind);
    if (kind === "large-text") state.large = true;
    if (state.sitting) state.sitting.deadline = deadlineOf(state.sitting.started);
    applyLarge();
    drawLimit();
    save();
    tick();
  }

  /** @param {number} started */
  function deadlineOf(started) {
    const limit = KitbagRecord.limit(test, state.allowed);
    return limit === null ? null : started + limit;
  }

  function begin() {
    const number = state.done.length + 1;
    const form = KitbagRecord.formOf(test, number);
    clock = KitbagClock.start(0);
    const started = clock();
    /** @type {KitbagTestSitting["answers"]} */
    const answers = {};
    for (const { id } of form.items) answers[id] = { response: null, ms: 0, flagged: false };
    state.sitting = {
      version: test.version, kit: test.kit, id: KitbagSitting.uuid(), number, started,
      deadline: deadlineOf(started), seen: started, at: 0, answers,
    };
    save();
    if (screen === "elsewhere") return;
    sit(state.sitting);
    part("back").textContent = "";
    go(0);
  }

  // --- The sitting ---

  /** @param {KitbagTestSitting} sitting Go on where it stopped, or hand it in where its time has passed. */
  function resume(sitting) {
    sit(sitting);
    if (expired()) {
      submit(true);
      return;
    }
    part("back").textContent = say("back", { done: doneWords() });
    go(sitting.at, false);
    save();
  }

  /** @param {KitbagTestSitting} sitting Put the questions of its form on the page. */
  function sit(sitting) {
    quiz = KitbagRecord.formOf(test, sitting.number);
    const template = /** @type {HTMLTemplateElement} */ (one(root, `template[data-form="${quiz.form}"]`));
    part("questions").replaceChildren(template.content.cloneNode(true));
    articles = new Map(all(part("questions"), ".quiz-item").map((article) => (
      [article.getAttribute("data-item") || "", /** @type {HTMLElement} */ (article)]
    )));
    for (const item of quiz.items) {
      const article = articleOf(item);
      KitbagReport.offerMoves(article, say);
      KitbagControls.arrange(article, item, item.order);
      KitbagControls.write(article, item, sitting.answers[item.id].response, item.order);
    }
    part("palette").replaceChildren(...quiz.items.map((_, at) => {
      const number = make("button", { type: "button", class: "test-number" });
      number.addEventListener("click", () => go(at));
      return make("li", {}, number);
    }));
    part("code-sitting").replaceChildren(codeBox("sitting"));
    part("lost").textContent = "";
    part("blank").replaceChildren();
    const left = sitting.deadline === null ? Infinity : sitting.deadline - clock();
    told = Math.min(...TOLD.filter((minutes) => minutes * MINUTE >= left), Infinity);
  }

  /** @param {KitbagAsked} item */
  const articleOf = ({ id }) => /** @type {HTMLElement} */ (articles.get(id));

  /** The sitting and its form, which are there while there is a sitting. */
  function running() {
    return { sitting: /** @type {KitbagTestSitting} */ (state.sitting), form: /** @type {KitbagFormQuiz} */ (quiz) };
  }

  /** @param {number} at @param {boolean} [focus] Show a question. */
  function go(at, focus = true) {
    if (ended()) return;
    const { sitting, form } = running();
    look();
    sitting.at = at;
    form.items.forEach((item, place) => { articleOf(item).hidden = place !== at; });
    const { id } = form.items[at];
    for (const stimulus of all(part("questions"), "[data-part=stimulus]")) {
      const items = (stimulus.getAttribute("data-items") || "").split(" ");
      /** @type {HTMLElement} */ (stimulus).hidden = !items.includes(id);
    }
    byId("flag").checked = sitting.answers[id].flagged;
    const count = form.items.length;
    part("place").textContent = say("question_of", { number: at + 1, count: `${count}` });
    disable("previous", at === 0);
    disable("next", at === count - 1);
    one(root, "[data-act=review]")?.classList.toggle("quiz-main", at === count - 1);
    draw();
    show("sitting", focus ? articleOf(form.items[at]) : null);
    if (focus) save();
    tick();
  }

  /** @param {string} act @param {boolean} off Not `disabled`, which would lose the focus. */
  function disable(act, off) {
    one(root, `[data-act=${act}]`)?.setAttribute("aria-disabled", String(off));
  }

  function blank() {
    const { sitting, form } = running();
    return form.items.filter(({ id }) => sitting.answers[id].response === null);
  }

  function doneWords() {
    const count = running().form.items.length;
    return say("done", { done: count - blank().length, count: `${count}` });
  }

  /** @param {KitbagAsked} item */
  function wordsFor({ id }) {
    const { response, flagged } = running().sitting.answers[id];
    return [say(response === null ? "state_blank" : "state_answered"), ...(flagged ? [say("state_flagged")] : [])];
  }

  function standing() {
    const { sitting, form } = running();
    const flagged = form.items.filter(({ id }) => sitting.answers[id].flagged).length;
    return [doneWords(), ...(flagged ? [say("flagged_count", { count: flagged })] : [])].join(" · ");
  }

  /** Say of each question how it stands. */
  function draw() {
    const { sitting, form } = running();
    all(part("palette"), "button").forEach((number, at) => {
      const item = form.items[at];
      const { response, flagged } = sitting.answers[item.id];
      number.textContent = String(at + 1);
      number.setAttribute("aria-label", [say("question", { number: at + 1 }), ...wordsFor(item)].join(", "));
      number.toggleAttribute("data-answered", response !== null);
      number.toggleAttribute("data-flagged", flagged);
      if (at === sitting.at) number.setAttribute("aria-current", "step");
      else number.removeAttribute("aria-current");
    });
    part("done").textContent = standing();
  }

  /** @param {HTMLElement} article An answer changed on the page. */
  function answered(article) {
    if (ended()) return;
    const { sitting, form } = running();
    const item = /** @type {KitbagAsked} */ (form.items.find(({ id }) => id === article.getAttribute("data-item")));
    look();
    sitting.answers[item.id].response = KitbagState.fit(form, item, KitbagControls.read(article, item));
    save();
    if (quiz) draw();
  }

  /** @param {Element} row @param {number} to */
  function moveTo(row, to) {
    const article = /** @type {HTMLElement} */ (row.closest(".quiz-item"));
    const count = all(article, ".quiz-row").length;
    if (to < 0 || to >= count) return;
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    KitbagControls.move(article, row, to);
    focused.focus(); // a moved element loses it
    answered(article);
    announce(say("moved", { text: one(row, ".quiz-text")?.textContent || "", position: to + 1, count: `${count}` }));
  }

  // --- Time ---

  /** Add the time that the question has been on the screen. */
  function look() {
    const now = clock();
    if (quiz && state.sitting && screen === "sitting" && document.visibilityState === "visible") {
      const { sitting, form } = running();
      sitting.answers[form.items[sitting.at].id].ms += Math.min(Math.max(now - looked, 0), LONGEST_LOOK);
    }
    looked = now;
  }

  const expired = () => Boolean(state.sitting && state.sitting.deadline !== null && clock() >= state.sitting.deadline);

  /** Whether there is nothing to answer any more; what comes after the last moment counts no more. */
  function ended() {
    if (!quiz || !state.sitting) return true;
    if (!expired()) return false;
    submit(true);
    return true;
  }

  function tick() {
    if (ended()) return;
    look();
    const { deadline } = running().sitting;
    for (const time of all(root, "[data-part=time]")) /** @type {HTMLElement} */ (time).hidden = deadline === null;
    if (deadline === null) return;
    const left = deadline - clock();
    const words = left > MINUTE ? inMinutes(left) : say("seconds_left", { count: Math.ceil(left / 1000) });
    for (const place of all(root, "[data-part=left]")) if (place.textContent !== words) place.textContent = words;
    for (const time of all(root, "[data-part=time]")) time.toggleAttribute("data-short", left <= 5 * MINUTE);
    const due = TOLD.filter((minutes) => left <= minutes * MINUTE && minutes < told);
    if (!due.length) return;
    told = Math.min(...due);
    announce(say("announce_left", { time: say("minutes_left", { count: told }) }));
  }

  // --- Looking through, and handing in ---

  function review() {
    if (ended()) return;
    const { form } = running();
    part("standing").textContent = blank().length ? standing() : [say("all_answered"), standing()].join(" ");
    part("review").replaceChildren(...form.items.map((item, at) => {
      const way = button(say("question", { number: at + 1 }), "test-go", () => go(at));
      const stem = (one(articleOf(item), ".quiz-stem")?.textContent || "").replace(/\s+/g, " ").trim();
      const row = make("li", {}, way, make("span", "test-stem", stem), make("strong", {}, wordsFor(item).join(", ")));
      row.toggleAttribute("data-blank", running().sitting.answers[item.id].response === null);
      row.toggleAttribute("data-flagged", running().sitting.answers[item.id].flagged);
      return row;
    }));
    part("blank").replaceChildren();
    show("review");
    save();
    tick();
  }

  function handIn() {
    if (ended()) return;
    const missing = blank();
    if (!missing.length) {
      submit(false);
      return;
    }
    const { form } = running();
    const heading = make("h3", { tabindex: "-1" }, say("unanswered", { count: missing.length }));
    part("blank").replaceChildren(make("div", { class: "quiz-warning", role: "group", "aria-label": heading.textContent || "" },
      heading,
      make("p", {}, say("unanswered_help")),
      make("p", "quiz-buttons",
        button(say("go_to_first"), "quiz-main", () => go(form.items.indexOf(missing[0]))),
        button(say("hand_in_anyway"), "", () => { if (!ended()) submit(false); }))));
    heading.focus();
  }

  /** @param {boolean} late Whether the time has passed: then it counts as handed in at its last moment. */
  function submit(late) {
    look();
    const { sitting, form } = running();
    const now = clock();
    const submitted = sitting.deadline === null ? now : Math.min(now, sitting.deadline);
    const record = KitbagRecord.record(form, sitting, submitted);
    state.done.push({ version: test.version, kit: test.kit, record, late, person: null, saved: null });
    state.sitting = null;
    quiz = null;
    save();
    if (screen === "elsewhere") return;
    keep.finish(JSON.parse(KitbagRecord.sealed(record, state.person)));
    showResult();
    byId("result-title").focus();
    const { marks, possible } = KitbagResult.earnedIn(record);
    announce([
      ...(late ? [say("time_up")] : []),
      say("told", { score: outOf({ marks, possible }, say), percent: percent({ marks, possible }), verdict: verdictOf(record) }),
    ].join(" "));
  }

  // --- The result ---

  /** @param {KitbagAttempt} record */
  function verdictOf(record) {
    const outcome = KitbagRecord.outcome(record);
    return say(outcome === "none" ? "no_verdict" : outcome);
  }

  function showResult() {
    const last = state.done[state.done.length - 1];
    part("result").replaceChildren(...KitbagResult.show(test, last, say));
    if (keep.where === "device") part("records").replaceChildren(...state.done.slice().reverse().map(recordBox));
    part("next").replaceChildren(...nextAttempt(last));
    if (keep.where === "device") part("clear-result").replaceChildren(clearPanel());
    show("result");
    if (last.version === test.version) findSite().then((site) => { if (site) link(site); });
  }

  /** Where the site is, seen from this page; null where it is not beside it. @returns {Promise<string | null>} */
  async function findSite() {
    for (const site of test.sites) {
      const found = await new Promise((resolve) => {
        const icon = new Image();
        icon.onload = () => resolve(true);
        icon.onerror = () => resolve(false);
        icon.src = `${site}assets/icon.svg`;
      });
      if (found) return site;
    }
    return null;
  }

  /** @param {string} site */
  function link(site) {
    for (const lesson of all(part("result"), "[data-href]")) {
      lesson.replaceWith(make("a", { href: site + lesson.getAttribute("data-href") }, lesson.textContent || ""));
    }
  }

  /** @param {KitbagDone} entry Its record: under which name, as a file, as a text. */
  function recordBox(entry) {
    const { record } = entry;
    const text = () => KitbagRecord.sealed(record, entry.person ?? state.person);
    const name = () => KitbagRecord.fileName(record, entry.person ?? state.person);
    const prefix = `record-${record.attempt}`;
    const said = make("p", { class: "test-help", role: "status" }, entry.saved ? say("saved", { name: entry.saved }) : "");
    const area = /** @type {HTMLTextAreaElement} */ (make("textarea", { id: `${prefix}-text`, rows: "6", readonly: "", spellcheck: "false" }));
    const file = make("code");
    const copied = make("p", { class: "test-help", role: "status" });
    const refresh = () => {
      area.value = text();
      file.textContent = name();
    };
    const person = /** @type {HTMLInputElement} */ (make("input", {
      type: "text", id: `${prefix}-person`, maxlength: "60", size: "24", autocomplete: "off", spellcheck: "false",
    }));
    person.value = entry.person ?? state.person;
    person.disabled = entry.person !== null;
    person.addEventListener("input", () => {
      state.person = KitbagState.whole(person.value.trim());
      save();
      refresh();
    });
    const fix = () => {
      entry.person = entry.person ?? state.person;
      person.disabled = true;
    };
    const download = () => {
      fix();
      entry.saved = name();
      const url = URL.createObjectURL(new Blob([text()], { type: "application/json" }));
      const anchor = make("a", { href: url, download: entry.saved });
      root.append(anchor);
      anchor.click();
      anchor.remove();
      setTimeout(() => URL.revokeObjectURL(url), MINUTE);
      save();
      said.textContent = say("saved", { name: entry.saved });
    };
    const copy = async () => {
      fix();
      area.select();
      const done = await clip(text());
      if (done) entry.saved = name();
      copied.textContent = say(done ? "copied" : "copy_failed");
      save();
    };
    refresh();
    return make("div", "test-record",
      ...(test.attempts > 1 ? [make("h4", {}, say("attempt", { number: record.attempt }))] : []),
      make("p", "test-field", make("label", { for: person.id }, say("person_now")), person),
      make("p", "quiz-buttons", button(say("save"), "quiz-main", download)),
      said,
      make("details", "test-more",
        make("summary", {}, say("by_hand")),
        make("p", {}, say("by_hand_help"), " ", file),
        make("p", "test-field", make("label", { for: area.id }, say("record_text")), area),
        make("p", "quiz-buttons", button(say("copy"), "", copy)),
        copied));
  }

  /** @param {string} text */
  async function clip(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // not there, or not allowed
    }
  }

  /** @param {KitbagDone} last The way to another attempt, where the course allows one. */
  function nextAttempt({ record, version }) {
    const outcome = KitbagRecord.outcome(record);
    const count = test.attempts - state.done.length;
    if (count <= 0 || keep.closed || outcome === "passed" || version !== test.version) return [];
    return [make("section", { class: "test-panel", "aria-labelledby": "next-title" },
      make("h3", { id: "next-title" }, say("next_title")),
      make("p", {}, say("next_help", { count })),
      ...(outcome === "undecided" ? [make("p", {}, say("next_undecided"))] : []),
      make("p", "quiz-buttons", button(say("next_attempt", { number: state.done.length + 1 }), "", showStart)))];
  }

  function clearPanel() {
    return make("section", { class: "test-panel", "aria-labelledby": "clear-panel" },
      make("h3", { id: "clear-panel" }, say("clear_title")),
      make("p", {}, say("clear_help")),
      make("p", "quiz-buttons", button(say("clear"), "", () => {
        /** @type {HTMLElement} */ (one(dialog, "[data-part=unsaved]")).hidden = state.done.every(({ saved }) => saved);
        dialog.returnValue = "";
        dialog.showModal();
      })));
  }

  async function clear() {
    state = KitbagState.fresh(Math.max(state.rev + 1, Date.now()));
    quiz = null;
    await keep.clear(state.rev);
    applyLarge();
    showStart();
    announce(say("cleared"));
  }

  // --- What happens on the page ---

  part("questions").addEventListener("input", ({ target }) => {
    const control = /** @type {HTMLSelectElement} */ (target);
    const article = /** @type {HTMLElement | null} */ (control.closest(".quiz-item"));
    if (!article) return;
    if (control.closest(".quiz-order")) moveTo(/** @type {Element} */ (control.closest(".quiz-row")), Number(control.value) - 1);
    else answered(article);
  });
  part("questions").addEventListener("click", ({ target }) => {
    const mover = /** @type {Element} */ (target).closest(".quiz-move");
    const row = mover && mover.closest(".quiz-row");
    if (!mover || !row || !row.parentElement) return;
    moveTo(row, Array.from(row.parentElement.children).indexOf(row) + Number(mover.getAttribute("data-move")));
  });
  byId("flag").addEventListener("input", () => {
    if (ended()) return;
    const { sitting, form } = running();
    sitting.answers[form.items[sitting.at].id].flagged = byId("flag").checked;
    save();
    if (quiz) draw();
  });
  byId("person").addEventListener("input", () => {
    state.person = KitbagState.whole(byId("person").value.trim());
    save();
  });
  byId("large").addEventListener("input", () => {
    state.large = byId("large").checked;
    applyLarge();
    save();
  });

  /** @type {{[act: string]: () => void}} */
  const acts = {
    begin,
    review,
    "hand-in": handIn,
    previous: () => { if (!ended() && running().sitting.at > 0) go(running().sitting.at - 1); },
    next: () => { if (!ended() && running().sitting.at < running().form.items.length - 1) go(running().sitting.at + 1); },
    back: () => { if (!ended()) go(running().sitting.at); },
    "take-over": () => {
      keep.take();
      boot();
    },
  };
  for (const [act, does] of Object.entries(acts)) one(root, `[data-act=${act}]`)?.addEventListener("click", does);
  dialog.addEventListener("click", ({ target }) => { if (target instanceof HTMLButtonElement) dialog.close(target.value); });
  dialog.addEventListener("close", () => { if (dialog.returnValue === "clear") clear(); });

  keep.watch({
    kept(rev) {
      root.setAttribute("data-kept", String(rev));
      part("lost").textContent = "";
    },
    failed() { part("lost").textContent = say(`not_kept.${keep.where}`); },
    lost: giveWay,
    leaving() {
      look();
      if (quiz) save();
    },
    changed: boot,
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") look();
    else looked = clock();
    tick();
    if (quiz) save();
  });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) boot(); });
  setInterval(() => {
    tick();
    ticks += 1;
    if (quiz && ticks % 5 === 0) save(); // the time that has passed, too
  }, 1000);
  for (const words of all(root, "[data-kept]")) /** @type {HTMLElement} */ (words).hidden = words.getAttribute("data-kept") !== keep.where;
  for (const plain of all(root, "[data-part=plain]")) plain.remove(); // what is said where there are no scripts
  boot();
})();
