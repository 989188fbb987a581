// Runs every quiz of the page: takes answers, keeps them, marks them on request, and lets the wrong ones be tried again.

(() => {
  "use strict";

  const { all, one, enter } = KitbagControls;
  const { make, outOf, percent, sign } = KitbagReport;

  /** @param {HTMLElement} section */
  function run(section) {
    /** @param {string} name */
    const part = (name) => /** @type {HTMLElement} */ (one(section, `[data-part=${name}]`));
    /** @type {KitbagIsland} */
    const quiz = JSON.parse(part("island").textContent || "");
    const practice = quiz.kind === "practice";
    const say = KitbagReport.speaker(quiz);
    const questions = new Map(quiz.items.map((item) => [item.id, item]));
    const articles = new Map(all(section, ".quiz-item").map((article) => (
      [article.getAttribute("data-item") || "", /** @type {HTMLElement} */ (article)]
    )));
    // Why each key is right stands in the answers that need no script, until they are taken away.
    const reasons = new Map([...articles].map(([id, article]) => [id, one(article, "[data-part=why]")]));
    const makeRecorder = /** @type {{kitbagRecorder?: (quiz: KitbagIsland) => KitbagRecorder}} */ (globalThis).kitbagRecorder;
    const recorder = (makeRecorder || KitbagSitting.deviceRecorder)(quiz);
    let sitting = KitbagSitting.begin(quiz);
    let kept = true;
    let warned = false;

    /** @param {string} id */
    const articleOf = (id) => /** @type {HTMLElement} */ (articles.get(id));
    let asked = KitbagSitting.asked(quiz, sitting);
    const blank = () => asked.filter(({ id }) => sitting.answers[id].response === null);
    /** @param {string} words */
    const announce = (words) => { part("status").textContent = words; };

    /** @param {string} words @param {string} style @param {() => void} act */
    function button(words, style, act) {
      const made = make("button", { type: "button", class: `quiz-button ${style}` }, words);
      made.addEventListener("click", act);
      return made;
    }

    /** @param {KitbagQuestion} item A link to a question. */
    function link({ id }) {
      const made = make("a", { href: `#${articleOf(id).id}` }, one(articleOf(id), "[data-part=number]")?.textContent || "");
      made.addEventListener("click", (event) => {
        event.preventDefault();
        enter(articleOf(id));
      });
      return made;
    }

    /** @param {readonly KitbagQuestion[]} items */
    const links = (items) => items.flatMap((item, at) => [at ? ", " : "", link(item)]);

    function save() {
      kept = recorder.save(sitting);
    }

    // --- While it is answered ---

    /** Put the questions of the sitting on the page, with what was answered so far. */
    function lay() {
      asked = KitbagSitting.asked(quiz, sitting);
      const places = new Map(asked.map(({ id }, at) => [id, at + 1]));
      for (const [id, article] of articles) {
        const item = /** @type {KitbagQuestion} */ (questions.get(id));
        article.hidden = !places.has(id);
        KitbagReport.clear(article);
        if (article.hidden) continue;
        /** @type {HTMLElement} */ (one(article, "[data-part=number]")).textContent = say("question", { number: places.get(id) || 0 });
        const order = KitbagShuffle.shownOrder(item, sitting.seed);
        KitbagReport.offerMoves(article, say);
        KitbagControls.arrange(article, item, order);
        KitbagControls.write(article, item, sitting.answers[id].response, order);
        KitbagControls.freeze(article, false);
      }
      for (const stimulus of all(section, "[data-part=stimulus]")) {
        const ids = (stimulus.getAttribute("data-items") || "").split(" ");
        /** @type {HTMLElement} */ (stimulus).hidden = !ids.some((id) => places.has(id));
      }
      part("result").replaceChildren();
      warned = false;
      drawEnd();
    }

    /** @param {number} done */
    const answeredWords = (done) => say("answered", { done, count: asked.length });

    /** The foot of the quiz: how far it is answered, what is missing, and the way on. */
    function drawEnd() {
      const end = part("end");
      if (sitting.submitted) {
        end.replaceChildren();
        return;
      }
      const missing = blank();
      const count = asked.length;
      if (!end.querySelector(".quiz-progress")) {
        end.replaceChildren(
          make("div", "quiz-missing"),
          make("div", "quiz-foot",
            make("p", "quiz-progress", make("progress", { max: `${count}`, "aria-hidden": "true" }), make("span")),
            button(say(practice ? "hand_in" : "check"), "quiz-main", handIn)),
          make("p", "quiz-kept"),
        );
      }
      const progress = /** @type {HTMLProgressElement} */ (end.querySelector("progress"));
      progress.max = count;
      progress.value = count - missing.length;
      /** @type {HTMLElement} */ (one(end, ".quiz-progress span")).textContent = answeredWords(count - missing.length);
      /** @type {HTMLElement} */ (one(end, ".quiz-kept")).textContent = missing.length < count ? say(kept ? "kept" : "not_kept") : "";
      const box = /** @type {HTMLElement} */ (one(end, ".quiz-missing"));
      if (!warned || !missing.length) box.replaceChildren();
      else drawMissing(box, missing);
    }

    /** @param {HTMLElement} box @param {readonly KitbagQuestion[]} missing */
    function drawMissing(box, missing) {
      const list = make("p", "quiz-list", ...links(missing));
      const before = one(box, ".quiz-list");
      const heading = say("unanswered", { count: missing.length });
      if (before) {
        before.replaceWith(list);
        /** @type {HTMLElement} */ (one(box, "h3")).textContent = heading;
        return;
      }
      box.replaceChildren(make("div", { class: "quiz-warning", role: "group", "aria-label": heading },
        make("h3", { tabindex: "-1" }, heading),
        make("p", {}, say("unanswered_help")),
        list,
        make("p", "quiz-buttons",
          button(say("go_to_first"), "quiz-main", () => enter(articleOf(blank()[0].id))),
          button(say("hand_in_anyway"), "", submit))));
    }

    /** @param {HTMLElement} article An answer changed on the page. */
    function answered(article) {
      const item = questions.get(article.getAttribute("data-item") || "");
      if (!item || sitting.submitted) return;
      sitting.answers[item.id].response = KitbagSitting.fit(quiz, item, KitbagControls.read(article, item));
      save();
      drawEnd();
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
      const text = one(row, ".quiz-text")?.textContent || "";
      announce(say("moved", { text, position: to + 1, count: `${count}` }));
    }

    // --- The result ---

    function handIn() {
      if (!blank().length) {
        submit();
        return;
      }
      warned = true;
      drawEnd();
      one(part("end"), ".quiz-warning h3")?.focus();
    }

    function submit() {
      sitting.submitted = KitbagSitting.now();
      save();
      recorder.finish(KitbagSitting.attempt(quiz, sitting));
      drawResult();
      const heading = /** @type {HTMLElement} */ (one(part(practice ? "result" : "end"), "h3"));
      heading.focus();
      announce(summary());
    }

    /** The scores that a machine can give. */
    const total = () => KitbagSitting.total(asked.filter(({ type }) => type !== "essay").map((item) => (
      KitbagSitting.scoreOf(quiz, sitting, item)
    )));

    function summary() {
      const earned = total();
      if (!earned.possible.n) return say("nothing_scored");
      return say("announced", { score: outOf(earned, say), percent: percent(earned) });
    }

    /** The result, and beside each question what there is to say of its answer. */
    function drawResult() {
      drawEnd();
      const verdicts = new Map(asked.map((item) => [item, KitbagSitting.verdict(KitbagSitting.scoreOf(quiz, sitting, item))]));
      /** @param {KitbagVerdict} state */
      const those = (state) => asked.filter((item) => verdicts.get(item) === state);
      const again = asked.filter((item) => !["right", "pending"].includes(verdicts.get(item) || ""));
      for (const item of asked) {
        const article = articleOf(item.id);
        const said = KitbagReport.show(article, quiz, sitting, item, reasons.get(item.id) || null, say);
        const objective = quiz.objectives.find(({ id }) => id === item.objective);
        if (objective && objective.lessons.length && again.includes(item)) said.append(KitbagObjectives.readAgain(objective, say));
        KitbagControls.freeze(article, true);
        for (const select of all(article, "[data-criterion]")) /** @type {HTMLSelectElement} */ (select).disabled = false;
      }
      const earned = total();
      const box = make("div", "quiz-result", make("h3", { tabindex: "-1" }, say("result")));
      if (earned.possible.n) {
        box.append(make("p", "quiz-score",
          make("strong", {}, outOf(earned, say)), make("span", {}, say("percent", { percent: percent(earned) }))));
      } else box.append(make("p", {}, say("nothing_scored")));
      if (sitting.earlier.length) {
        const right = sitting.earlier.length + those("right").length;
        const count = sitting.earlier.length + asked.filter(({ type }) => type !== "essay").length;
        box.append(make("p", {}, say("in_all", { right, count: `${count}` })));
      }
      const states = /** @type {KitbagVerdict[]} */ (["right", "partly", "wrong", "blank", "pending"]).filter((state) => those(state).length);
      box.append(make("ul", "quiz-states", ...states.map((state) => make("li", { "data-state": state },
        sign(state), make("strong", {}, `${say("state." + state)}: ${those(state).length}`),
        make("span", "quiz-list", ...links(those(state)))))));
      if (those("pending").length) box.append(make("p", {}, say("to_mark", { count: those("pending").length })));
      if (practice && earned.possible.n) box.append(make("h4", {}, say("by_objective")), KitbagObjectives.byObjective(quiz, sitting, say));
      box.append(make("p", "quiz-buttons",
        ...(again.length ? [button(say("retry"), "quiz-main", () => startOver(again))] : []),
        button(say("restart"), "", () => startOver()),
        ...(practice ? [button(say("print"), "", () => print())] : [])));
      part(practice ? "result" : "end").replaceChildren(box);
    }

    /** @param {readonly KitbagQuestion[]} [items] The next sitting: these questions to try again, or a fresh start. */
    function startOver(items) {
      const right = asked.filter((item) => KitbagSitting.verdict(KitbagSitting.scoreOf(quiz, sitting, item)) === "right");
      const earlier = !items ? [] : [...sitting.earlier, ...right.map(({ id }) => id)];
      sitting = KitbagSitting.begin(quiz, { items, number: sitting.number + 1, earlier });
      save();
      lay();
      enter(articleOf(asked[0].id));
      announce(say(items ? "retrying" : "started", { count: asked.length }));
    }

    /** Go on where this device stopped. */
    function resume() {
      const saved = KitbagSitting.restore(quiz, recorder.start());
      sitting = saved || KitbagSitting.begin(quiz);
      lay();
      if (sitting.submitted) drawResult();
      else if (blank().length < asked.length) {
        const words = answeredWords(asked.length - blank().length);
        part("result").replaceChildren(make("p", "quiz-about", say("resumed", { answered: words })));
      }
    }

    // --- What happens on the page ---

    part("questions").addEventListener("input", ({ target }) => {
      const control = /** @type {HTMLSelectElement} */ (target);
      const article = /** @type {HTMLElement | null} */ (control.closest(".quiz-item"));
      const criterion = control.getAttribute("data-criterion");
      if (!article) return;
      if (criterion) {
        const item = /** @type {KitbagQuestion} */ (questions.get(article.getAttribute("data-item") || ""));
        const answer = sitting.answers[item.id];
        answer.marking = { ...answer.marking, [criterion]: Number(control.value) };
        if (!control.value) delete answer.marking[criterion];
        /** @type {HTMLElement} */ (one(article, ".quiz-sum")).textContent = KitbagReport.sumOf(item, answer, say);
        save();
      } else if (control.closest(".quiz-order")) {
        moveTo(/** @type {Element} */ (control.closest(".quiz-row")), Number(control.value) - 1);
      } else answered(article);
    });
    part("questions").addEventListener("click", ({ target }) => {
      const mover = /** @type {Element} */ (target).closest(".quiz-move");
      const row = mover && mover.closest(".quiz-row");
      if (!mover || !row || !row.parentElement) return;
      moveTo(row, Array.from(row.parentElement.children).indexOf(row) + Number(mover.getAttribute("data-move")));
    });
    recorder.watch?.(() => { if (kept) resume(); });
    for (const plain of all(section, "[data-part=plain]")) plain.remove(); // the answers that need no script
    resume();
  }

  for (const section of document.querySelectorAll("[data-quiz]")) run(/** @type {HTMLElement} */ (section));
})();
