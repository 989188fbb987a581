// The order in which a trainee sees options: the twin of kitbag/questions/shuffle.py.
// SHA-256 is written out because a page opened from disk may have no crypto.subtle, and because that one makes us wait.

const KitbagShuffle = (() => {
  "use strict";

  const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter((n) => {
    for (let by = 2; by * by <= n; by += 1) if (n % by === 0) return false;
    return n > 1;
  });

  /** @param {number} n @param {bigint} power The first 32 bits of the fractional part of its square or cube root. */
  function rootBits(n, power) {
    const target = BigInt(n) << (32n * power);
    let root = 0n;
    for (let bit = 1n << 36n; bit; bit >>= 1n) if ((root + bit) ** power <= target) root += bit;
    return Number(root & 0xffffffffn);
  }

  // FIPS 180-4, 4.2.2 and 5.3.3: the constants, from their definition.
  const ROUND = Uint32Array.from(PRIMES, (prime) => rootBits(prime, 3n));
  const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => rootBits(prime, 2n));

  /** @param {number} word @param {number} by */
  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  /**
   * The SHA-256 of a text in UTF-8, in hexadecimal.
   * @param {string} text
   */
  function sha256(text) {
    const bytes = new TextEncoder().encode(text);
    const padded = new DataView(new ArrayBuffer(((bytes.length + 72) >>> 6) << 6));
    bytes.forEach((byte, at) => padded.setUint8(at, byte));
    padded.setUint8(bytes.length, 0x80);
    padded.setUint32(padded.byteLength - 8, Math.floor(bytes.length / 0x20000000));
    padded.setUint32(padded.byteLength - 4, bytes.length << 3);
    const hash = START.slice();
    const words = new Uint32Array(64);
    for (let block = 0; block < padded.byteLength; block += 64) {
      for (let i = 0; i < 16; i += 1) words[i] = padded.getUint32(block + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const early = words[i - 15];
        const late = words[i - 2];
        words[i] = words[i - 16] + (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3))
          + words[i - 7] + (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i += 1) {
        const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + words[i];
        const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => { hash[i] += word; });
    }
    return Array.from(hash, (word) => word.toString(16).padStart(8, "0")).join("");
  }

  /**
   * The ids in the order of the SHA-256 of seed, item id and own id, joined by line feeds.
   * @param {string} seed
   * @param {string} item
   * @param {readonly string[]} ids
   */
  function shuffled(seed, item, ids) {
    /** @type {[string, string][]} */
    const drawn = ids.map((id) => [sha256(`${seed}\n${item}\n${id}`), id]);
    return drawn.sort((one, two) => (one < two ? -1 : 1)).map(([, id]) => id);
  }

  /**
   * So many of the ids, drawn from the seed, in the order in which they are given; all where there are fewer.
   * @param {string} seed
   * @param {string} quiz The name of the practice quiz.
   * @param {readonly string[]} ids
   * @param {number} count
   */
  function drawn(seed, quiz, ids, count) {
    const chosen = new Set(shuffled(seed, `draw ${quiz}`, ids).slice(0, count));
    return ids.filter((id) => chosen.has(id));
  }

  /**
   * The ids of options, elements or responses in the order to show; empty where nothing is shuffled. An ordering is
   * never shown in its right order: where the draw yields that, its first element goes to the end.
   * @param {KitbagItem} item
   * @param {string} seed
   * @returns {string[]}
   */
  function shownOrder(item, seed) {
    /** @param {readonly {id: string}[]} all */
    const idsOf = (all) => all.map(({ id }) => id);
    switch (item.type) {
      case "single-choice":
      case "multiple-response":
        return item.shuffle === false ? idsOf(item.options) : shuffled(seed, item.id, idsOf(item.options));
      case "matching":
        return shuffled(seed, item.id, idsOf(item.responses));
      case "categorise":
        return shuffled(seed, item.id, idsOf(item.elements));
      case "ordering": {
        const right = idsOf(item.elements);
        const shown = shuffled(seed, item.id, right);
        return shown.join("\n") === right.join("\n") ? [...right.slice(1), right[0]] : shown;
      }
      default:
        return [];
    }
  }

  return { sha256, shuffled, drawn, shownOrder };
})();
