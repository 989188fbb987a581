// A cmi5 platform: the launch, the statements and the state (cmi5, first edition, 7 to 11; xAPI 1.0.3).
//
// Statements and state wait in line while the network is slow, and are sent again when it was away. Their ids are fixed
// before they are sent, so that a platform that gets one twice keeps it once.

(() => {
  "use strict";

  const VERBS = "http://adlnet.gov/expapi/verbs/";
  const ACTIVITIES = "http://adlnet.gov/expapi/activities/";
  const CMI5 = "https://w3id.org/xapi/cmi5/context/";
  const STATE = "kitbag";
  const ROOM = 28000; // characters of state
  const AT_ONCE = 12; // statements in one request
  const LAST_WORDS = 30000; // bytes: a browser still sends twice so much while the page goes away
  const FOR_GOOD = [400, 403, 409, 413];
  const AGAIN = 10000; // milliseconds until the next try

  /** @typedef {{[name: string]: any}} Json */
  /**
   * @typedef {Object} Kept What is kept in the state of this activity.
   * @property {string} state
   * @property {string} location
   * @property {boolean} completed @property {boolean} passed Told of in this registration: each may be told once.
   * @property {boolean} failed
   */

  /** @param {number} ms As ISO 8601 has it, with at most two decimals. */
  const span = (ms) => `PT${Math.max(0, Math.round(ms / 10) / 100)}S`;

  /** @param {...string} parts A UUID that is always the same for them (RFC 9562, as version 5 looks). */
  function uuidOf(...parts) {
    const hex = KitbagShuffle.sha256(parts.join("\n"));
    return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
  }

  /** @param {KitbagUnitData} data @returns {KitbagPlatform} */
  function kitbagPlatform(data) {
    const launch = new URLSearchParams(location.search);
    /** @param {string} name */
    const given = (name) => launch.get(name) || "";
    const [registration, activity] = [given("registration"), given("activityId")];
    const endpoint = given("endpoint").replace(/[/]*$/, "/");
    const session = KitbagSitting.uuid();
    /** @type {Json} */
    let actor = {};
    /** @type {Json} */
    let template = {};
    let token = "";
    /** @type {number | null} */
    let mastery = null;
    let normal = false;
    let began = Date.now();
    let latest = 0;
    /** @type {(kept: boolean) => void} */
    let heard = () => {};
    /** @type {Kept} */
    let kept = { state: "", location: "", completed: false, passed: false, failed: false };
    /** @type {KitbagReportOfUnit | null} */
    let report = null;
    /** @type {Json[]} */
    let waiting = [];
    let stateWaits = false;
    let sending = false;
    let flying = 0; // statements that are on their way
    let broken = false;
    let over = false;
    let handedIn = false;
    let timer = 0;

    // --- Requests ---

    /** @param {string} path @param {Json} query */
    function address(path, query) {
      const url = new URL(endpoint + path, location.href);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return url.href;
    }

    /** @param {string} method @param {string} url @param {unknown} [body] @returns {Promise<Response>} */
    function request(method, url, body) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      return fetch(url, {
        method,
        headers: {
          Authorization: `Basic ${token}`,
          "X-Experience-API-Version": "1.0.3",
          ...(text === undefined ? {} : { "Content-Type": "application/json" }),
        },
        body: text,
        cache: "no-store",
        keepalive: text !== undefined && new TextEncoder().encode(text).length < LAST_WORDS,
      });
    }

    /** @param {string} name */
    const stateAddress = (name) => address("activities/state", {
      activityId: activity, agent: JSON.stringify(actor), registration, stateId: name,
    });

    /** @param {string} name @returns {Promise<Json | null>} Null where there is none. */
    async function read(name) {
      const answer = await request("GET", stateAddress(name));
      if (answer.status === 404) return null;
      if (!answer.ok) throw new Error(`${answer.status} for ${name}`);
      return answer.json();
    }

    /**
     * @param {Promise<Response>} answer It fails where another try may help.
     * @returns {Promise<boolean>} False where the platform will never take it.
     */
    async function accepted(answer) {
      const { ok, status } = await answer;
      if (!ok && !FOR_GOOD.includes(status)) throw new Error(`${status}`);
      return ok;
    }

    const post = (/** @type {Json[]} */ statements) => request("POST", address("statements", {}), statements);

    /** The first that go in one request; one with a fixed id goes alone, since the platform may know it. @param {Json[]} list */
    function batch(list) {
      const fixed = list.findIndex(({ id }) => isFixed(id));
      return list.slice(0, fixed < 0 ? AT_ONCE : Math.min(AT_ONCE, Math.max(fixed, 1)));
    }

    /** Send what waits, in its order; the state last, which says what has been told. */
    async function drain() {
      if (sending || over) return;
      sending = true;
      let took = true;
      try {
        while (!over && (waiting.length || stateWaits)) {
          if (waiting.length) {
            const next = batch(waiting);
            flying = next.length;
            // One with a fixed id that is refused has been told of before.
            took = (await accepted(post(next)) || isFixed(next[0].id)) && took;
            waiting = waiting.slice(next.length);
            flying = 0;
          } else {
            stateWaits = false;
            took = await accepted(request("PUT", stateAddress(STATE), kept)).catch((reason) => {
              stateWaits = true;
              throw reason;
            }) && took;
          }
        }
        broken = !took;
        heard(took);
      } catch {
        broken = true;
        heard(false);
        clearTimeout(timer);
        timer = setTimeout(drain, AGAIN);
      } finally {
        sending = false;
        flying = 0;
      }
    }

    // --- Statements ---

    /**
     * @param {string} verb
     * @param {Json} more
     * @param {string[]} [categories] Of cmi5; none for a statement that cmi5 only allows (7.1.3).
     * @returns {Json}
     */
    function statement(verb, more, categories = ["categories/cmi5"]) {
      const context = JSON.parse(JSON.stringify(template)); // a template: nothing in it may be changed (10.2.1)
      const activities = context.contextActivities || {};
      const category = [activities.category || []].flat();
      category.push(...categories.map((name) => ({ objectType: "Activity", id: CMI5 + name })));
      context.contextActivities = { ...activities, ...(category.length ? { category } : {}) };
      context.registration = registration;
      latest = Math.max(latest + 1, Date.now()); // no two at the same time: a record store sorts by it
      return {
        id: KitbagSitting.uuid(),
        actor,
        verb: { id: VERBS + verb, display: { en: verb } },
        object: { objectType: "Activity", id: activity },
        context,
        timestamp: new Date(latest).toISOString(),
        ...more,
      };
    }

    /** @param {string} verb @param {Json} result A statement that counts for moving on (9.6.2.2). */
    function decisive(verb, result) {
      const made = statement(verb, { result: { ...result, duration: span(Date.now() - began) } },
        ["categories/cmi5", "categories/moveon"]);
      if (mastery !== null && "success" in result) made.context.extensions[`${CMI5}extensions/masteryscore`] = mastery;
      return made;
    }

    /** @param {number} score In ten-thousandths. cmi5 wants a whole number as the raw score (9.5.1). */
    const scoreOf = (score) => ({ scaled: score / 10000, raw: Math.floor(score / 100), min: 0, max: 100 });

    /** @param {string} verb The id of what is told once in a registration, whatever becomes of the state. */
    const fixedId = (verb) => uuidOf(registration, activity, verb);

    /** @param {string} id */
    const isFixed = (id) => id === fixedId("completed") || id === fixedId("passed");

    /** @param {string} verb `completed` or `passed`. @param {Json} result */
    const once = (verb, result) => ({ ...decisive(verb, result), id: fixedId(verb) });

    /** @param {KitbagInteraction} one @param {string} submitted */
    function answered(one, submitted) {
      const { STANDARD, written } = KitbagResponses;
      const parent = [{ objectType: "Activity", id: activity }];
      const objective = {
        objectType: "Activity",
        id: `${data.course}/objectives/${encodeURIComponent(one.objective)}`,
        definition: { type: `${ACTIVITIES}objective` },
      };
      const made = statement("answered", {
        id: uuidOf(session, one.id, submitted),
        object: {
          objectType: "Activity",
          id: `${data.course}/items/${encodeURIComponent(one.item)}`,
          definition: {
            type: `${ACTIVITIES}cmi.interaction`,
            name: { [data.language]: one.text },
            interactionType: one.type,
            ...(one.correct.length ? { correctResponsesPattern: one.correct.map((right) => written(right, STANDARD)) } : {}),
          },
        },
        result: {
          response: written(one.response || "", STANDARD),
          duration: span(one.seconds * 1000),
          ...(one.share === null ? {} : { success: one.share >= 1, score: { scaled: Math.round(one.share * 10000) / 10000 } }),
        },
      }, []);
      const { contextActivities } = made.context;
      contextActivities.parent = [...[contextActivities.parent || []].flat(), ...parent];
      contextActivities.other = [...[contextActivities.other || []].flat(), objective];
      return made;
    }

    /** @param {number | null} score Only where it is what decides: the platform compares it with its mastery score. */
    const scored = (score) => (score !== null && data.measures.length === 1 ? { score: scoreOf(score) } : {});

    const terminated = () => statement("terminated", { result: { duration: span(Date.now() - began) } });

    /** @returns {Json[]} What is told when the session ends: only then is it sure that nothing was passed in it (9.3). */
    function ending() {
      if (!report || report.passed !== false || kept.passed || !(handedIn || !kept.failed)) return [terminated()];
      kept.failed = true;
      stateWaits = true;
      return [decisive("failed", { success: false, ...scored(report.score) }), terminated()];
    }

    return {
      async open(listener) {
        if (!["endpoint", "fetch", "actor", "registration", "activityId"].every(given)) return null;
        heard = listener;
        actor = JSON.parse(given("actor"));
        const granted = await fetch(given("fetch"), { method: "POST" });
        token = granted.ok ? (await granted.json())["auth-token"] || "" : "";
        if (!token) throw new Error("no token");
        const found = await read("LMS.LaunchData");
        if (!found || !found.contextTemplate) throw new Error("no launch data");
        template = { extensions: {}, ...found.contextTemplate };
        normal = found.launchMode === "Normal";
        mastery = typeof found.masteryScore === "number" ? found.masteryScore : null;
        // Section 11: an activity asks for the preferences. The course has one language and no sound.
        await request("GET", address("agents/profile", { profileId: "cmi5LearnerPreferences", agent: JSON.stringify(actor) }));
        const before = (await read(STATE)) || {};
        kept = {
          state: String(before.state || ""),
          location: String(before.location || ""),
          completed: before.completed === true,
          passed: before.passed === true,
          failed: before.failed === true,
        };
        began = Date.now();
        if (!await accepted(post([statement("initialized", {})]))) throw new Error("not initialized");
        return {
          state: kept.state,
          location: kept.location,
          passed: kept.passed,
          complete: kept.completed,
          review: !normal,
          room: ROOM,
          cut: mastery === null ? null : mastery * 100,
          seconds: null,
          onTimeUp: "",
          back: /^https?:/.test(found.returnURL || "") ? found.returnURL : "",
        };
      },

      tell(said, closing) {
        report = said;
        const { state, complete, passed, score } = said;
        if (complete && !kept.completed) {
          kept.completed = true;
          waiting.push(once("completed", { completion: true }));
        }
        if (passed === true && !kept.passed) {
          kept.passed = true;
          waiting.push(once("passed", { success: true, ...scored(score) }));
        }
        kept.state = state;
        kept.location = said.location;
        stateWaits = true;
        if (!closing) drain();
        return !broken;
      },

      interactions({ interactions, submitted }) {
        handedIn = true;
        // What was left blank was not answered.
        waiting.push(...interactions.filter(({ response }) => response !== null).map((one) => answered(one, submitted)));
        drain();
      },

      async close() {
        let rest = [...waiting.slice(flying), ...(normal ? ending() : [terminated()])];
        over = true;
        clearTimeout(timer);
        // All at once: a page that goes away doesn't wait for answers.
        const said = stateWaits ? [request("PUT", stateAddress(STATE), kept)] : [];
        while (rest.length) {
          const next = batch(rest);
          said.push(post(next));
          rest = rest.slice(next.length);
        }
        await Promise.allSettled(said);
      },
    };
  }

  Object.assign(globalThis, { kitbagPlatform });
})();
