// Training of an embedding, one recurrent layer and Dense(1, sigmoid) on binary cross-entropy, as Keras does it.

import { hasMultiplyAdd, hasVectors } from "./webassembly/assembler.js";
import { rateOf } from "./optimizers.js";
import { initialWeights, orderOf } from "./seeded.js";
import { pad, trainingMemory, unpadded } from "./training_memory.js";
import { TrainingPass } from "./training_pass.js";

export class Trainer {
  /** @type {Trainable} */ description;
  /** @type {any} */ peer;

  // description: as `browser/trainable.py` makes it. Without vectors it does the same, several times slower; `relaxed`,
  // it may be a quarter faster, with results whose last bits depend on the processor. With a `peer`, each reads half of
  // every batch.
  /** @param {Trainable} description @param {{ vectors?: boolean, relaxed?: boolean, peer?: any }} options */
  constructor(description, { vectors = hasVectors(), relaxed = false, peer } = {}) {
    [this.description, this.peer] = [description, peer];
    this.memory = trainingMemory(description, { vectors, relaxed: relaxed && vectors && hasMultiplyAdd() });
    this.pass = new TrainingPass(description, this.memory);
    this.run = this.prepared();
    this.memory.program.link();
    this.setWeights(initialWeights(description.tensors, description.seed));
  }

  // The weights in Keras' order, without moments.
  get weights() {
    const { numbers, tensors, layouts } = this.memory;
    return tensors.map((start, place) => unpadded(numbers, start, layouts[place]));
  }

  // All that a training goes on from: weights, moments and the number of steps.
  get state() {
    return { numbers: this.memory.numbers.slice(0, this.memory.rate), iterations: this.iterations };
  }

  setState({ numbers, iterations }) {
    this.memory.numbers.set(numbers);
    this.iterations = iterations;
  }

  // Begins anew from these weights.
  setWeights(weights) {
    const { numbers, tensors, layouts } = this.memory;
    numbers.fill(0);
    weights.forEach((tensor, place) => pad(numbers, tensors[place], layouts[place], tensor));
    this.iterations = 0;
  }

  // Trains with some reviews of `ids` (reviews × maxlen); returns the sum of their losses and how many were right.
  train(ids, labels, reviews) {
    return this.stepWith(ids, labels, reviews).next().value;
  }

  // The same, perhaps with a peer: then yields a promise, and goes on with what it has promised.
  * stepWith(ids, labels, reviews) {
    const figures = figuresOf(this.pass.read(ids, reviews, labels, this.peer?.side), labels);
    const theirs = this.peer && (yield this.peer.exchange({ ...figures, ...this.pass.packed() }));
    if (theirs) this.pass.addPacked(theirs);
    this.step();
    return sumOf(figures, theirs);
  }

  // Returns the gradients of all weights for some reviews: those of `train`, before the step.
  gradients(ids, labels, reviews) {
    const { numbers, tensors, layouts, gradientOf } = this.memory;
    this.pass.read(ids, reviews, labels);
    const { distinct } = this.pass;
    const { rows, size } = layouts[0];
    const table = new Float32Array(rows * size);
    for (const word of distinct.words) {
      table.set(numbers.subarray(distinct.sums(word), distinct.sums(word) + size), word * size);
    }
    return [table, ...tensors.slice(1).map((start, place) => unpadded(numbers, gradientOf(start), layouts[place + 1]))];
  }

  // The optimizer's loops, prepared.
  prepared() {
    const { memory } = this;
    const { loops, moments, others, rate, records, word, weightStarts, denseMoments } = memory;
    const named = (starts) => Object.fromEntries(["weight", ...moments].map((name, place) => [name, starts[place]]));
    const make = (loop, places) => loop && memory.program.prepared(loop, { ...places, rate });
    const ofTable = named(weightStarts);
    const sums = { sums: records + word.sums, squares: records + word.squares };
    return {
      dense: make(loops.dense, { ...named([others, ...denseMoments]), gradient: memory.gradients }),
      before: make(loops.before, ofTable),
      words: make(loops.words, { ...named(memory.weightLists), ...sums }),
      after: make(loops.after, ofTable),
    };
  }

  step() {
    const { memory, run, description: { optimizer, learning_rate: learningRate } } = this;
    memory.numbers[memory.rate] = rateOf(optimizer, learningRate, this.iterations);
    run.dense(1);
    run.before?.(1);
    run.words(this.pass.distinct.words.length);
    run.after?.(1);
    this.iterations += 1;
  }

  // Trains an epoch, from 0, in the order that the seed gives; yields after each batch, and returns accuracy and loss.
  // What it yields is a promise if it waits for its peer.
  * epoch(number, { ids, labels }) {
    const order = orderOf(this.description.seed, number, labels.length);
    let sums = { loss: 0, right: 0 };
    for (const reviews of this.batches(order)) {
      sums = sumOf(sums, yield* this.stepWith(ids, labels, reviews));
      yield;
    }
    return sharesOf(sums, order.length);
  }

  // Judges reviews; yields as `epoch`, and returns accuracy, loss and whether each review was right, 0 or 1.
  * evaluate({ ids, labels }) {
    const correct = new Uint8Array(labels.length);
    let sums = { loss: 0, right: 0 };
    for (const reviews of this.batches(Int32Array.from(labels.keys()))) {
      const rows = this.pass.read(ids, reviews, undefined, this.peer?.side);
      for (const { review, logit } of rows) correct[review] = Number(Number(logit > 0) === labels[review]);
      sums = sumOf(sums, figuresOf(rows, labels));
      yield;
    }
    const theirs = this.peer && (yield this.peer.exchange({ ...sums, correct: correct.slice() }));
    theirs?.correct.forEach((bit, review) => { correct[review] |= bit; });
    return { ...sharesOf(sumOf(sums, theirs), labels.length), correct };
  }

  batches(order) {
    const { batch_size: size } = this.description;
    return Array.from({ length: Math.ceil(order.length / size) }, (_, batch) => (
      order.subarray(batch * size, (batch + 1) * size)
    ));
  }
}

const sumOf = (one, other) => ({ loss: one.loss + (other?.loss ?? 0), right: one.right + (other?.right ?? 0) });
const sharesOf = ({ loss, right }, count) => ({ accuracy: right / count, loss: loss / count });

function figuresOf(rows, labels) {
  let [loss, right] = [0, 0];
  for (const { review, logit } of rows) {
    loss += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - logit * labels[review];
    if (Number(logit > 0) === labels[review]) right += 1;
  }
  return { loss, right };
}
