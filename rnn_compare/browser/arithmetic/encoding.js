// A text as the ids that a network reads, by the rules of Keras' Tokenizer (reviews/vocabulary.py and encoding.py).

export const PADDING = 0;
export const START = 1;
export const UNKNOWN = 2;
export const INDEX_FROM = 3;
// Other white space, such as the no-break space, is part of a word.
const WORD = /[^ !"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\t\n]+/g;

const TAG = /<\/?[a-z][^<>]*>/g;

export function tokenize(text) {
  return text.toLowerCase().match(WORD) ?? [];
}

// Returns the words as they are shown: within a tag they are read like others, but marked as markup.
function shownWords(text) {
  const lower = text.toLowerCase();
  const tags = [...lower.matchAll(TAG)].map(({ 0: tag, index }) => [index, index + tag.length]);
  let next = 0;
  return [...lower.matchAll(WORD)].map(({ 0: word, index }) => {
    while (next < tags.length && tags[next][1] <= index) next++;
    return next < tags.length && tags[next][0] < index ? `<${word}>` : word;
  });
}

// words: the most frequent first.
export function makeVocabulary(words) {
  return new Map(words.map((word, index) => [word, index + 1 + INDEX_FROM]));
}

// Returns the row of `ids` that a network reads, all `words` of the text as they are shown, the index of the `first`
// one read, `at`, its position in the row, the `count` of words read, and the indices of the `unknown` ones. What does
// not fit into the row is cut off at the front, the start token first.
export function encode(text, vocabulary, { vocabulary_size: size, maxlen }) {
  const words = tokenize(text);
  const wordIds = words.map((word) => {
    const id = vocabulary.get(word) ?? UNKNOWN;
    return id < size ? id : UNKNOWN;
  });
  const row = [START, ...wordIds].slice(-maxlen);
  const ids = new Int32Array(maxlen);
  ids.set(row, maxlen - row.length);
  const first = Math.max(0, words.length - maxlen);
  const count = words.length - first;
  const unknown = [...Array(count).keys()].filter((index) => wordIds[first + index] === UNKNOWN);
  return { ids, words: shownWords(text), first, at: maxlen - count, count, unknown };
}

// Tells whether frequent words of other languages outnumber those of English, as explain/prediction.py does.
export function isForeign(words, { english, others, least_share: least }) {
  const [inEnglish, inOthers] = [english, others].map((frequent) => {
    const listed = new Set(frequent.split(" "));
    return words.filter((word) => listed.has(word)).length;
  });
  return inOthers > inEnglish && inOthers >= least * words.length;
}
