// Trains a few batches as a browser does, from these weights, or those of the seed. Reads { description, ids, labels,
// batches, weights, vectors, relaxed }; writes initial weights, the gradients of the first batch, the figures of each
// batch and the weights after the last one.

import { readFileSync } from "node:fs";
import { orderOf } from "../../rnn_compare/browser/arithmetic/training/seeded.js";
import { Trainer } from "../../rnn_compare/browser/arithmetic/training/trainer.js";

const { description, ids, labels, batches, weights, ...instructions } = JSON.parse(readFileSync(0, "utf-8"));
const begun = () => {
  const trainer = new Trainer(description, instructions);
  if (weights) trainer.setWeights(weights.map((tensor) => Float32Array.from(tensor)));
  return trainer;
};
const trainer = begun();
const [words, signs] = [Uint16Array.from(ids), Uint8Array.from(labels)];
const written = (tensors) => tensors.map((tensor) => [...tensor]);
const initial = written(trainer.weights);
const gradients = written(trainer.gradients(words, signs, batches[0]));
const figures = batches.map((reviews) => trainer.train(words, signs, reviews));
// The same, with the state after the first batch passed on to another trainer.
const halves = [begun(), begun()];
halves[0].train(words, signs, batches[0]);
halves[1].setState(structuredClone(halves[0].state));
for (const reviews of batches.slice(1)) halves[1].train(words, signs, reviews);
const continued = written(halves[1].weights);
const order = [...orderOf(description.seed, 2, signs.length)];
console.log(JSON.stringify({ initial, gradients, figures, weights: written(trainer.weights), continued, order }));
