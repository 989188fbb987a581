// What a test keeps of its sittings, and what is left of it when it is read again: it may hold anything by then.

/**
 * @typedef {{version: string, kit: string, record: KitbagAttempt, late: boolean, person: string | null,
 *   saved: string | null}} KitbagDone An attempt that was handed in; `person` is fixed once it is saved under a name.
 * @typedef {{schema: "kitbag-test/1", rev: number, person: string, large: boolean, allowed: string[],
 *   sitting: KitbagTestSitting | null, done: KitbagDone[]}} KitbagTestState
 */

const KitbagState = (() => {
  "use strict";

  const { own } = KitbagSitting;

  /** @param {number} [rev] @returns {KitbagTestState} */
  function fresh(rev = 0) {
    return { schema: "kitbag-test/1", rev, person: "", large: false, allowed: [], sitting: null, done: [] };
  }

  /** @param {KitbagTest} test @param {unknown} kept @returns {KitbagTestState} */
  function mend(test, kept) {
    const saved = /** @type {KitbagTestState | null} */ (kept);
    if (!saved || saved.schema !== "kitbag-test/1" || !Array.isArray(saved.done)) return fresh(Number(saved && saved.rev) || 0);
    const done = saved.done.filter((entry) => entry && isRecord(entry.record));
    return {
      schema: "kitbag-test/1",
      rev: saved.rev,
      person: String(saved.person || ""),
      large: Boolean(saved.large),
      allowed: Array.isArray(saved.allowed) ? saved.allowed.filter((kind) => own(test.strings, `allowed.${kind}`)) : [],
      sitting: mendSitting(test, saved.sitting),
      done,
    };
  }

  /** @param {KitbagAttempt | null} record */
  function isRecord(record) {
    const number = /^-?[0-9]+(\/[1-9][0-9]*)?$/;
    return Boolean(record && typeof record.id === "string" && Array.isArray(record.items)
      && [record, ...record.items].every((held) => held && number.test(held.possible) && number.test(held.marks || "0")));
  }

  /** @param {KitbagTest} test @param {KitbagTestSitting | null} saved @returns {KitbagTestSitting | null} */
  function mendSitting(test, saved) {
    if (!saved || !saved.answers || ![saved.started, saved.seen, saved.number].every(Number.isFinite)) return null;
    if (saved.version !== test.version || !test.forms[saved.number - 1]) return saved;
    const form = KitbagRecord.formOf(test, saved.number);
    /** @type {KitbagTestSitting["answers"]} */
    const answers = {};
    for (const item of form.items) {
      const { response = null, ms = 0, flagged = false } = own(saved.answers, item.id) || {};
      answers[item.id] = { response: fit(form, item, response), ms: Math.max(0, Number(ms) || 0), flagged: flagged === true };
    }
    const at = Math.min(Math.max(0, Math.trunc(Number(saved.at) || 0)), form.items.length - 1);
    return { ...saved, at, answers };
  }

  /** @param {KitbagFormQuiz} form @param {KitbagAsked} item @param {KitbagResponse} response */
  const fit = (form, item, response) => KitbagSitting.fit(form, item, whole(response));

  /** Half of a pair of surrogates is no text: no file could hold it. @param {KitbagResponse} response @returns {any} */
  function whole(response) {
    if (typeof response === "string") return response.replace(/[\ud800-\udfff]/gu, "\ufffd");
    if (!response || Array.isArray(response)) return response;
    return Object.fromEntries(Object.entries(response).map(([name, text]) => [name, whole(text)]));
  }

  return { fresh, mend, fit, whole };
})();
