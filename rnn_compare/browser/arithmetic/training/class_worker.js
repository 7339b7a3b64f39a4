// The worker of a class's phone, and of its wall: it fetches the class's task, trains the networks that it is told, and
// reads what is typed with the last one. The weights stay here.

/* oxlint-disable unicorn/require-post-message-target-origin -- a worker's messages have none */

import { encode, makeVocabulary } from "../encoding.js";
import { decompressed } from "../numbers.js";
import { Trainer } from "./trainer.js";
import { trainingRun } from "./training_run.js";

const RETRY = 2000;

// Unpacks what server/lecture/handout.py has packed.
export async function taskOf(task) {
  return {
    ...task, ids: await decompressed(task.ids, Uint16Array), labels: await decompressed(task.labels, Uint8Array),
  };
}

// Eight reviews a byte, the first highest, in base64: as `packed_bits` in class_networks/task.py.
function packedBits(correct) {
  const bytes = new Uint8Array(Math.ceil(correct.length / 8));
  correct.forEach((bit, place) => { bytes[place >> 3] |= bit << (7 - (place & 7)); });
  return btoa(String.fromCharCode(...bytes));
}

// Trains a cell with a seed; tells after each epoch how many held-out reviews are right. Returns its weights, and what
// the server takes: these numbers, and which reviews were right after the best epoch.
/** @param {any} task @param {string} cell @param {number} seed @param {(right: number) => void} [tell] */
export async function trained({ networks, ids, labels, training, epochs }, cell, seed, tell) {
  const question = { description: { ...networks[cell], seed }, ids, labels, training, epochs };
  const network = { cell, seed, right: [], correct: "" };
  const weights = await trainingRun(question, (_figures, _state, bits) => {
    const right = bits.reduce((sum, bit) => sum + bit);
    if (right > Math.max(-1, ...network.right)) network.correct = packedBits(bits);
    network.right.push(right);
    tell?.(right);
  });
  return { network, weights };
}

// Returns a function from a text to the probability of label 1, and how many of its words are known.
export function readerOf({ networks, words }, cell, weights) {
  const trainer = new Trainer(networks[cell]);
  trainer.setWeights(weights);
  const vocabulary = makeVocabulary(words);
  return (text) => {
    const { ids, count, unknown } = encode(text, vocabulary, networks[cell]);
    const [{ logit }] = trainer.pass.read(ids, [0]);
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

// Messages: { fetch: url }, { train: { cell, seed } }, { read: text }. Answers: { right } after each epoch, { done }
// with the network as the server takes it, and { share, known } of a text.
export function listen(scope) {
  let task;
  let read;
  const answer = async ({ fetch: url, train, read: text }) => {
    if (url) task ??= fetched(url);
    if (train) {
      const loaded = await task;
      const { cell, seed } = train;
      const { network, weights } = await trained(loaded, cell, seed, (right) => scope.postMessage({ right }));
      read = readerOf(loaded, cell, weights);
      scope.postMessage({ done: network, labels: loaded.labelNames });
    }
    if (text !== undefined && read) scope.postMessage(read(text));
  };
  scope.addEventListener("message", ({ data }) => {
    answer(data).catch((error) => scope.postMessage({ problem: String(error?.message ?? error) }));
  });
}
