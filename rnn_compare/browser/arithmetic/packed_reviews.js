// Reviews from a file of browser/packed_reviews.py, and the rows of ids that a network reads of them.

import { START, UNKNOWN, INDEX_FROM } from "./encoding.js";
import { unzipped } from "./numbers.js";

const ONE_BYTE = 208; // as there
const GZIP = [0x1f, 0x8b, 0x08]; // the first bytes of its files
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~";

// packed: { url }, complete, since a worker made of a script has no address of its own, or { text }. Returns the
// ranks of all words, 0 for a word without one, `offsets` at which reviews begin and end among them, and labels.
/** @param {{ url?: string, text?: string }} packed */
export async function readReviews({ url, text }) {
  const bytes = url === undefined ? bytesOf(text) : await fetched(url);
  // Some hosts declare such a file as compressed in transit, and the browser has unzipped it.
  const isZipped = GZIP.every((byte, place) => bytes[place] === byte);
  return reviewsOf(isZipped ? await unzipped(bytes) : bytes);
}

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`The reviews could not be loaded (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

// Five digits to the base of 85 are four bytes; the last ones may be fewer, by one more than their bytes.
function bytesOf(text) {
  const values = new Uint8Array(128);
  for (let digit = 0; digit < DIGITS.length; digit++) values[DIGITS.charCodeAt(digit)] = digit;
  const whole = text.padEnd(5 * Math.ceil(text.length / 5), "~");
  const view = new DataView(new ArrayBuffer(whole.length / 5 * 4));
  for (let at = 0; at < whole.length; at += 5) {
    let number = 0;
    for (let place = at; place < at + 5; place++) number = number * 85 + values[whole.charCodeAt(place)];
    view.setUint32(at / 5 * 4, number);
  }
  return new Uint8Array(view.buffer, 0, Math.floor(text.length / 5 * 4));
}

/** @param {Uint8Array} bytes */
function reviewsOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const count = view.getUint32(0, true);
  const labels = bytes.slice(4, 4 + count);
  const offsets = new Int32Array(count + 1);
  let at = 4 + count;
  for (let review = 0; review < count; review++, at += 2) {
    offsets[review + 1] = offsets[review] + view.getUint16(at, true);
  }
  const ranks = new Uint16Array(offsets[count]);
  for (let word = 0; word < ranks.length; word++) {
    const code = bytes[at++];
    ranks[word] = code < ONE_BYTE ? code : ONE_BYTE + ((code - ONE_BYTE) << 8 | bytes[at++]);
  }
  return { ranks, offsets, labels };
}

// Encodes the first reviews as reviews/encoding.py does: ids (reviews × maxlen) with padding in front, and labels.
export function padded({ ranks, offsets, labels }, { reviews: count, maxlen, vocabulary_size: size }) {
  const ids = new Uint16Array(count * maxlen);
  for (let review = 0; review < count; review++) {
    const end = offsets[review + 1];
    const first = Math.max(offsets[review], end - maxlen);
    let place = (review + 1) * maxlen - (end - first);
    if (end - first < maxlen) ids[place - 1] = START;
    for (let word = first; word < end; word++) {
      const id = ranks[word] + INDEX_FROM;
      ids[place++] = ranks[word] && id < size ? id : UNKNOWN;
    }
  }
  return { ids, labels: labels.slice(0, count) };
}
