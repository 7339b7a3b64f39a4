// The worker of a class's phone: it fetches the class's task, trains the network that the phone was dealt, and reads
// what is typed. The weights stay here.

/* oxlint-disable unicorn/require-post-message-target-origin -- a worker's messages have none */

import { encode, makeVocabulary } from "../encoding.js";
import { decompressed } from "../numbers.js";
import { Trainer } from "./trainer.js";
import { trainingRun } from "./training_run.js";

const RETRY = 2000;

// Unpacks what server/phones/handout.py has packed.
export async function taskOf(task) {
  return {
    ...task, ids: await decompressed(task.ids, Uint16Array), labels: await decompressed(task.labels, Uint8Array),
  };
}

// Whether this engine computes as the server does: the sizes of the gradients of a first batch, to the last bit.
export function computesAlike({ networks, known, ids, labels }, cell) {
  const trainer = new Trainer({ ...networks[cell], seed: known.seed });
  const reviews = Int32Array.from({ length: networks[cell].batch_size }, (_, review) => review);
  const sizes = trainer.gradients(ids, labels, reviews).map((tensor) => {
    let size = 0;
    for (const number of tensor) size += Math.abs(number);
    return size;
  });
  return sizes.every((size, place) => size === known.sizes[cell][place]);
}

// Eight reviews a byte, the first highest, in base64: as `packed_bits` in lecture/trained/class_task.py.
function packedBits(correct) {
  const bytes = new Uint8Array(Math.ceil(correct.length / 8));
  correct.forEach((bit, place) => { bytes[place >> 3] |= bit << (7 - (place & 7)); });
  return btoa(String.fromCharCode(...bytes));
}

// Trains a cell with a seed; returns its weights, and tells after each epoch how many held-out reviews are right, and
// which.
export function trained({ networks, ids, labels, training, epochs }, cell, seed, tell) {
  const question = { description: { ...networks[cell], seed }, ids, labels, training, epochs };
  return trainingRun(question, (_figures, _state, correct) => tell({
    right: correct.reduce((sum, bit) => sum + bit), correct: packedBits(correct),
  }));
}

// Returns a function from a text to the probability of label 1, and how many of its words are known.
export function readerOf({ networks, words }, cell, weights) {
  const trainer = new Trainer(networks[cell]);
  trainer.setWeights(weights);
  const vocabulary = makeVocabulary(words);
  return (text) => {
    const { ids, count, unknown } = encode(text, vocabulary, networks[cell]);
    trainer.pass.begin(ids, [0]);
    const [logit] = trainer.pass.forward();
    return { share: 1 / (1 + Math.exp(-logit)), known: count - unknown.length };
  };
}

async function fetched(url) {
  try {
    const answer = await fetch(url);
    if (answer.ok) return await taskOf(await answer.json());
  } catch {
    // off line
  }
  await new Promise((go) => { setTimeout(go, RETRY * (0.5 + Math.random())); });
  return fetched(url);
}

// Messages: { fetch: url }, { train: { cell, seed } }, { read: text }. Answers: { right, correct } after each epoch,
// { differs } or { done }, and { share, known } of a text.
export function listen(scope) {
  let task;
  let read;
  const answer = async ({ fetch: url, train, read: text }) => {
    if (url) task ??= fetched(url);
    if (train) {
      const loaded = await task;
      const { cell, seed } = train;
      if (!computesAlike(loaded, cell)) return scope.postMessage({ differs: true });
      const weights = await trained(loaded, cell, seed, (counted) => scope.postMessage(counted));
      read = readerOf(loaded, cell, weights);
      scope.postMessage({ done: true, labels: loaded.labelNames });
    }
    if (text !== undefined && read) scope.postMessage(read(text));
    return undefined;
  };
  scope.addEventListener("message", ({ data }) => {
    answer(data).catch((error) => scope.postMessage({ problem: String(error?.message ?? error) }));
  });
}
