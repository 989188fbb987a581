// A SCORM run-time as a platform. What its two versions do differently is in the table, not in the code.

(() => {
  "use strict";

  const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  /** @param {number} value */
  const two = (value) => String(Math.floor(value)).padStart(2, "0");

  /**
   * @typedef {Object} Version
   * @property {string} api @property {string} prefix Of the functions' names. @property {string} begin @property {string} end
   * @property {string} location @property {string} mode @property {string} credit @property {string} exit
   * @property {string} sessionTime @property {string} totalTime @property {string} allowed @property {string} onTimeUp
   * @property {string} completion @property {string} success The same element where the version has one for both.
   * @property {string} mastery @property {number} room Characters of suspend data.
   * @property {string} score Begins the elements of the score. @property {boolean} scaled @property {string} progress
   * @property {string} objectiveStatus @property {boolean} unreportedCompletes
   * @property {boolean} endSaves Whether the call that ends a session also saves, by the standard.
   * @property {string[]} gone Errors by which a run-time says that it no longer listens.
   * @property {string} ended The error by which it says that the session has ended, and begins no other.
   * @property {string} response @property {string} time @property {string} wrong @property {boolean} described
   * @property {string} list @property {string} pair Put between the parts of a response.
   * @property {(token: KitbagToken) => string} name
   * @property {(type: string) => string} type
   * @property {(text: string, type: string) => string} text
   * @property {(when: string) => string} moment From RFC 3339.
   * @property {(seconds: number) => string} span
   * @property {(text: string) => number | null} seconds
   */

  /** @param {number} seconds */
  const clock = (seconds) => `${String(Math.floor(seconds / 3600)).padStart(4, "0")}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;

  /** @param {string} range */
  function middle(range) {
    const [low, high = low] = range.split("[:]").map(Number);
    return Number.isFinite(low + high) ? String((low + high) / 2) : range;
  }

  /** @type {{[name: string]: Version}} */
  const VERSIONS = {
    scorm12: {
      api: "API", prefix: "LMS", begin: "Initialize", end: "Finish",
      location: "cmi.core.lesson_location", mode: "cmi.core.lesson_mode", credit: "cmi.core.credit",
      exit: "cmi.core.exit", sessionTime: "cmi.core.session_time", totalTime: "cmi.core.total_time",
      mastery: "cmi.student_data.mastery_score", room: 4096,
      allowed: "cmi.student_data.max_time_allowed", onTimeUp: "cmi.student_data.time_limit_action",
      completion: "cmi.core.lesson_status", success: "cmi.core.lesson_status",
      score: "cmi.core.score.", scaled: false, progress: "", objectiveStatus: "status",
      unreportedCompletes: true, // SCORM 1.2, 3.4.2.1.2: a run-time sets a status that was left alone to completed
      endSaves: false,
      ended: "", // a run-time may begin again
      gone: ["101", "301"],
      response: "student_response", time: "time", wrong: "wrong", described: false,
      list: ",", pair: ".",
      name: ({ at }) => LETTERS[at] || "", // one character, of which there are 36
      type: (type) => (type === "long-fill-in" ? "fill-in" : type),
      // A number has no range here: of `77.5[:]82.5` the middle is told.
      text: (text, type) => (type === "true-false" ? text[0] : type === "numeric" ? middle(text) : text.slice(0, 255)),
      moment: (when) => when.slice(11, 19),
      span: clock,
      seconds: (text) => {
        const parts = /^(\d+):(\d+):(\d+)/.exec(text);
        return parts ? Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]) : null;
      },
    },
    scorm2004: {
      api: "API_1484_11", prefix: "", begin: "Initialize", end: "Terminate",
      location: "cmi.location", mode: "cmi.mode", credit: "cmi.credit",
      exit: "cmi.exit", sessionTime: "cmi.session_time", totalTime: "cmi.total_time",
      mastery: "cmi.scaled_passing_score", room: 64000,
      allowed: "cmi.max_time_allowed", onTimeUp: "cmi.time_limit_action",
      completion: "cmi.completion_status", success: "cmi.success_status",
      score: "cmi.score.", scaled: true, progress: "cmi.progress_measure", objectiveStatus: "success_status",
      unreportedCompletes: false, // its manifest says that the content sets both
      endSaves: true, // SCORM 2004, 4th edition, RTE 3.1.3.2
      ended: "104",
      gone: ["101", "104", "111", "112", "113", "122", "123", "132", "133", "142", "143"],
      response: "learner_response", time: "timestamp", wrong: "incorrect", described: true,
      ...KitbagResponses.STANDARD,
      type: (type) => type,
      text: (text, type) => text.slice(0, type === "long-fill-in" ? 4000 : 250),
      moment: (when) => when.slice(0, 19), // without a zone: `Z` is refused by some run-times
      span: (seconds) => `PT${Math.floor(seconds / 3600)}H${Math.floor((seconds / 60) % 60)}M${Math.floor(seconds % 60)}S`,
      seconds: (text) => {
        const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text);
        return parts ? Number(parts[1] || 0) * 86400 + Number(parts[2] || 0) * 3600 + Number(parts[3] || 0) * 60 + Number(parts[4] || 0) : null;
      },
    },
  };

  /** @param {string} name The run-time in this window's parents, or in the window that opened it. */
  function find(name) {
    /** @param {any} start */
    const upwards = (start) => {
      try {
        for (let at = start, steps = 0; at && steps < 500; at = at.parent === at ? null : at.parent, steps += 1) {
          if (at[name]) return at[name];
        }
      } catch {
        // A window of another site: nothing of ours is above it.
      }
      return null;
    };
    return upwards(window) || (top && top.opener ? upwards(top.opener) : null) || (opener ? upwards(opener) : null);
  }

  /** @param {KitbagUnitData} data @returns {KitbagPlatform} */
  function kitbagPlatform({ platform, cut }) {
    const version = VERSIONS[platform];
    const began = Date.now();
    /** @type {any} */
    let api = null;
    let wasPassed = false;
    let wasComplete = false;
    /** @type {Map<string, string>} */
    const told = new Map();

    /** @param {string} verb @param {...string} values @returns {string} Nothing where the run-time fails. */
    function call(verb, ...values) {
      try {
        return String(api[version.prefix + verb](...(values.length ? values : [""])));
      } catch {
        return "";
      }
    }

    const error = () => call("GetLastError");
    /** @param {string} name */
    const get = (name) => {
      const value = call("GetValue", name);
      return value === "undefined" || value === "null" ? "" : value;
    };

    /** @param {string} name @param {string} value @returns {boolean} False where the run-time no longer listens. */
    function set(name, value) {
      if (told.get(name) === value) return true;
      if (call("SetValue", name, value) === "true") {
        told.set(name, value);
        return true;
      }
      const reason = error();
      return reason !== "" && !version.gone.includes(reason);
    }

    /** @param {string} name @param {KitbagPattern | null} given @param {string} type What has no name here is left out. */
    function setPattern(name, given, type) {
      if (typeof given === "string") set(name, version.text(given, type));
      else if (given && given.flat().every(version.name)) set(name, KitbagResponses.written(given, version));
    }

    /** @param {KitbagInteraction} one What was left blank is not wrong. */
    function result({ share, response }) {
      if (share === null || response === null) return "neutral";
      return share >= 1 ? "correct" : share <= 0 ? version.wrong : share.toFixed(4);
    }

    /** @param {string} group @returns {number} */
    const count = (group) => Number(get(`cmi.${group}._count`)) || 0;

    /** @param {KitbagHandedIn} handed What was earned towards each objective; what was passed stays passed. */
    function objectives(handed) {
      if (!get("cmi.objectives._children")) return;
      const { add, fromText, passes, ZERO } = KitbagScoring;
      /** @type {Map<string, {earned: KitbagFraction, possible: KitbagFraction}>} */
      const sums = new Map();
      for (const { objective, marks, possible } of handed.interactions) {
        if (marks === null) continue;
        const sum = sums.get(objective) || { earned: ZERO, possible: ZERO };
        sums.set(objective, { earned: add(sum.earned, fromText(marks)), possible: add(sum.possible, fromText(possible)) });
      }
      const known = Array.from({ length: count("objectives") }, (_, n) => get(`cmi.objectives.${n}.id`));
      for (const [id, { earned, possible }] of sums) {
        if (!known.includes(id)) known.push(id);
        const at = `cmi.objectives.${known.indexOf(id)}.`;
        if (get(`${at}id`) !== id && !set(`${at}id`, id)) continue;
        if (get(at + version.objectiveStatus) === "passed" || possible.n <= 0n) continue;
        const share = Math.max(0, Number((earned.n * possible.d * 10000n) / (earned.d * possible.n)));
        set(`${at}score.min`, "0");
        set(`${at}score.max`, "100");
        set(`${at}score.raw`, String(share / 100));
        if (version.scaled) set(`${at}score.scaled`, (share / 10000).toFixed(4));
        set(at + version.objectiveStatus, passes(earned, possible, cut) ? "passed" : "failed");
      }
    }

    return {
      async open() {
        api = find(version.api);
        if (!api) return null;
        if (call(version.begin) !== "true") {
          const reason = error();
          if (version.ended && reason === version.ended) throw new Error("ended");
          if (reason !== "101" && !get(version.mode)) return null;
        }
        const status = get(version.completion);
        wasPassed = get(version.success) === "passed";
        wasComplete = wasPassed || ["completed", "failed"].includes(status);
        const allowed = version.seconds(get(version.allowed));
        const mastery = get(version.mastery);
        const used = version.seconds(get(version.totalTime)) || 0;
        const review = ["review", "browse"].includes(get(version.mode)) || get(version.credit) === "no-credit";
        // At once, since a platform drops all it keeps of a session that ends otherwise, and the end may never be heard.
        if (!review) set(version.exit, "suspend");
        return {
          state: get("cmi.suspend_data"),
          location: get(version.location),
          passed: wasPassed,
          complete: wasComplete,
          room: version.room,
          // A platform's own cut score comes as 80 in the one version and as 0.8 in the other.
          cut: mastery === "" ? null : Number(mastery) * (version.scaled ? 100 : 1),
          back: "",
          review,
          seconds: allowed ? Math.max(0, allowed - used) : null,
          onTimeUp: get(version.onTimeUp),
        };
      },

      tell({ state, location, complete, passed, score, progress }, closing) {
        wasPassed = wasPassed || passed === true;
        let kept = set("cmi.suspend_data", state) && set(version.location, location);
        if (score !== null && kept) {
          set(`${version.score}min`, "0");
          set(`${version.score}max`, "100");
          set(`${version.score}raw`, String(score / 100));
          if (version.scaled) set(`${version.score}scaled`, (score / 10000).toFixed(4));
        }
        const success = wasPassed ? "passed" : passed === false ? "failed" : "";
        const completion = complete ? "completed" : "incomplete";
        // Where one element says both, a result waits until all is done.
        if (version.completion === version.success) set(version.completion, (complete && success) || completion);
        else {
          set(version.completion, completion);
          if (success) set(version.success, success);
        }
        if (version.progress) set(version.progress, progress.toFixed(4));
        return kept && (closing || call("Commit") === "true");
      },

      interactions(handed) {
        if (get("cmi.interactions._children")) {
          let n = count("interactions");
          for (const one of handed.interactions) {
            const at = `cmi.interactions.${n}.`;
            if (!set(`${at}id`, one.id)) return;
            set(`${at}type`, version.type(one.type));
            set(`${at}objectives.0.id`, one.objective);
            set(at + version.time, version.moment(handed.submitted));
            one.correct.slice(0, 10).forEach((right, number) => {
              setPattern(`${at}correct_responses.${number}.pattern`, right, one.type);
            });
            set(`${at}weighting`, String(one.weight));
            setPattern(at + version.response, one.response, one.type);
            set(`${at}result`, result(one));
            set(`${at}latency`, version.span(one.seconds));
            if (version.described) set(`${at}description`, one.text);
            n += 1;
          }
        }
        objectives(handed);
      },

      async close(acted) {
        if (acted) {
          set(version.sessionTime, version.span((Date.now() - began) / 1000));
        } else if (version.unreportedCompletes && ["", "not attempted"].includes(get(version.completion))) {
          set(version.completion, "incomplete"); // or looking in would count as having done it
        }
        // A platform may send everything with each call, and a browser lets little through while a page goes away.
        if (!version.endSaves) call("Commit");
        call(version.end);
      },
    };
  }

  Object.assign(globalThis, { kitbagPlatform });
})();
