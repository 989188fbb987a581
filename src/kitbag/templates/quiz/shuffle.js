// The order in which a trainee sees options: the twin of kitbag/questions/shuffle.py.
// SHA-256 is written out because a page opened from disk may have no crypto.subtle, and because that one makes us wait.

const KitbagShuffle = (() => {
  "use strict";

  // FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  const ROUND = Uint32Array.of(
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  );

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
    const hash = Uint32Array.of(
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    );
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

  return { sha256, shuffled, shownOrder };
})();
