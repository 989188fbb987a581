// Where a test is kept on the device, and which of several tabs it belongs to.
//
// Each change goes to two places. localStorage has it at once, which outlives a reload or a page that crashes; but a
// browser writes it to the disk seconds later. IndexedDB has it on the disk when it says so, which outlives a browser
// that is killed and a power cut. Whichever is further on counts.

/**
 * @typedef {Object} KitbagKeeper
 * @property {"device" | "platform"} where
 * @property {"review" | "elsewhere" | ""} closed Why no attempt can be made here; empty where one can.
 * @property {() => Promise<unknown>} load What was kept last, or null; it is checked before it is used.
 * @property {(state: {rev: number}) => boolean} save False where the test belongs to another tab by now.
 * @property {(rev: number) => Promise<void>} clear Forget all that was kept up to this change.
 * @property {() => Promise<boolean>} works Whether anything can be kept.
 * @property {() => Promise<boolean>} taken Whether another tab has the test.
 * @property {() => void} take
 * @property {(said: KitbagKeeperSays) => void} watch
 * @property {(record: object) => void} finish Takes an attempt record once it is handed in.
 * @typedef {Object} KitbagKeeperSays
 * @property {(rev: number) => void} kept What is on the disk for good.
 * @property {() => void} failed The last change could not be kept.
 * @property {() => void} lost Another tab took the test.
 * @property {() => void} leaving The last moment to save.
 * @property {() => void} changed The tab that had the test is gone, or somebody cleared the device.
 */

const KitbagKeep = (() => {
  "use strict";

  const STORE = "kept";
  const PATIENCE = 300; // milliseconds that another tab has to answer; it only has to pass on a word
  const LONGEST = 3000; // milliseconds to wait for a disk that does not answer

  /** @param {string | null | undefined} text @returns {{rev: number} | null} */
  function parse(text) {
    try {
      const value = JSON.parse(text || "null");
      return value && Number.isSafeInteger(value.rev) ? value : null;
    } catch {
      return null;
    }
  }

  /**
   * @template T
   * @param {IDBRequest<T>} request
   * @returns {Promise<T>}
   */
  const answered = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  /** @param {string} name Keeps texts on the disk, or fails. */
  function disk(name) {
    /** @type {Promise<IDBDatabase> | null} */
    let opened = null;

    function open() {
      if (opened) return opened;
      opened = new Promise((resolve, reject) => {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE);
        request.onerror = () => reject(request.error);
        request.onblocked = () => reject(new Error("blocked"));
        request.onsuccess = () => {
          const database = request.result;
          const close = () => { opened = null; };
          database.onclose = close;
          database.onversionchange = () => { // somebody clears the device
            database.close();
            close();
          };
          resolve(database);
        };
      });
      opened.catch(() => { opened = null; });
      return opened;
    }

    /**
     * True once the disk has it, false where the browser has none or may not use it; one that is full or broken throws.
     * @param {(store: IDBObjectStore) => void} act
     */
    async function write(act) {
      const database = await open().catch((error) => {
        if (error.name === "SecurityError") return null;
        throw error;
      });
      if (!database) return false;
      await new Promise((resolve, reject) => {
        // TypeScript's library of that year knows no durability.
        const how = /** @type {any} */ ({ durability: "strict" });
        const begin = /** @type {any} */ (database.transaction).bind(database);
        /** @type {IDBTransaction} */
        const transaction = begin(STORE, "readwrite", how);
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
        act(transaction.objectStore(STORE));
      });
      return true;
    }

    return {
      /** @param {string} key @returns {Promise<string | undefined>} */
      read: async (key) => answered((await open()).transaction(STORE).objectStore(STORE).get(key)),
      /** @param {string} key @param {string} text */
      put: (key, text) => write((store) => { store.put(text, key); }),
      /** @param {string} key */
      remove: (key) => write((store) => { store.delete(key); }),
    };
  }

  /**
   * @param {{course: string, edition: string, quiz: string}} test
   * @returns {KitbagKeeper}
   */
  function onDevice({ course, edition, quiz }) {
    const key = `kitbag:${course}:${edition}:test:${quiz}`;
    const [owner, question, answer] = ["owner", "ask", "here"].map((word) => `${key}:${word}`);
    const me = KitbagSitting.uuid();
    const slow = disk(`kitbag:${course}`);
    /** @type {KitbagKeeperSays | null} */
    let says = null;
    let mine = false;
    let local = true;
    /** @type {{text: string, rev: number} | null} */
    let next = null;
    let writing = false;

    /** @param {string} name */
    function get(name) {
      try {
        return localStorage.getItem(name);
      } catch {
        return null;
      }
    }

    /** @param {string} name @param {string | null} text */
    function set(name, text) {
      try {
        if (text === null) localStorage.removeItem(name);
        else localStorage.setItem(name, text);
        return true;
      } catch {
        return false;
      }
    }

    /** One write at a time, always of the newest: typing never waits for the disk. */
    async function flush() {
      writing = true;
      while (next) {
        const { text, rev } = next;
        next = null;
        // Where the disk refuses, what the browser says to have is of no use either.
        const sure = await slow.put(key, text).then((there) => there || local, () => false);
        if (sure) says?.kept(rev);
        else says?.failed();
      }
      writing = false;
    }

    addEventListener("storage", ({ key: changed, newValue }) => {
      if (changed === question && newValue && mine) set(answer, newValue);
      else if (changed === owner && newValue && newValue !== me && mine) {
        mine = false;
        says?.lost();
      } else if (changed === null || (changed === key && newValue === null) || (changed === owner && newValue === null && !mine)) {
        next = null;
        says?.changed();
      }
    });
    addEventListener("pagehide", () => {
      if (!mine) return;
      says?.leaving();
      if (get(owner) === me) set(owner, null);
      mine = false;
    });

    return {
      where: "device",
      closed: "",
      async load() {
        const fast = parse(get(key));
        const given = slow.read(key).then(parse, () => null);
        const sure = await Promise.race([given, new Promise((resolve) => { setTimeout(resolve, LONGEST, null); })]);
        return sure && (!fast || sure.rev > fast.rev) ? sure : fast;
      },
      save(state) {
        if (!mine || (local && get(owner) !== me)) return false;
        const text = JSON.stringify(state);
        local = set(key, text);
        next = { text, rev: state.rev };
        if (!writing) flush();
        return true;
      },
      async clear(rev) {
        next = null;
        set(key, null);
        // Until the browser has written that down, a power cut brings back what localStorage held: this outranks it.
        await slow.put(key, JSON.stringify({ rev })).catch(() => false);
      },
      async works() {
        const probe = `${key}:probe`;
        const fast = set(probe, "") && set(probe, null);
        return slow.put(probe, "").then((there) => (there ? slow.remove(probe) : fast)).catch(() => false);
      },
      async taken() {
        const before = get(owner);
        if (!before || before === me) return false;
        return new Promise((resolve) => {
          /** @param {boolean} found */
          const done = (found) => {
            removeEventListener("storage", hear);
            for (const word of [question, answer]) set(word, null);
            resolve(found);
          };
          /** @param {StorageEvent} event */
          const hear = ({ key: changed, newValue }) => { if (changed === answer && newValue === me) done(true); };
          addEventListener("storage", hear);
          set(question, me);
          setTimeout(() => done(false), PATIENCE);
        });
      },
      take() {
        mine = true;
        local = set(owner, me);
      },
      watch(said) { says = said; },
      finish() {}, // the trainee saves the record
    };
  }

  /**
   * Keeps a test where a page's recorder wants it: inside a learning platform.
   * @param {KitbagRecorder} recorder
   * @returns {KitbagKeeper}
   */
  function withRecorder(recorder) {
    /** @type {KitbagKeeperSays | null} */
    let says = null;
    return {
      where: "platform",
      closed: recorder.closed || "",
      load: async () => recorder.start(),
      save(state) {
        if (recorder.save(/** @type {KitbagTestState} */ (state))) says?.kept(state.rev);
        else says?.failed();
        return true;
      },
      clear: async () => {},
      works: async () => true,
      taken: async () => false,
      take() {},
      watch(said) { says = said; },
      finish: (record) => recorder.finish(record),
    };
  }

  return { onDevice, withRecorder };
})();
