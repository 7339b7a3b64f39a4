// Training of an embedding, one recurrent layer and Dense(1, sigmoid) on binary cross-entropy, as Keras does it.

import { hasMultiplyAdd, hasVectors } from "./assembler.js";
import { rateOf } from "./optimizers.js";
import { initialWeights, orderOf } from "./seeded.js";
import { pad, trainingMemory, unpadded } from "./training_memory.js";
import { TrainingPass } from "./training_pass.js";

export class Trainer {
  // description: as `browser/trainable.py` makes it. Without vectors it does the same, several times slower; `relaxed`,
  // it may be a quarter faster, with results whose last bits depend on the processor.
  /** @param {Trainable} description */
  constructor(description, { vectors = hasVectors(), relaxed = false } = {}) {
    this.description = description;
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
    const figures = figuresOf(this.pass.read(ids, reviews, labels), labels);
    this.step();
    return figures;
  }

  // Returns the gradients of all weights for some reviews: those of `train`, before the step.
  gradients(ids, labels, reviews) {
    const { numbers, tensors, layouts, gradientOf } = this.memory;
    this.pass.read(ids, reviews, labels);
    const { distinct } = this.pass;
    const { rows, size } = layouts[0];
    const table = new Float32Array(rows * size);
    for (const word of distinct.words) table.set(distinct.sums(word).subarray(0, size), word * size);
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
  * epoch(number, { ids, labels }) {
    const order = orderOf(this.description.seed, number, labels.length);
    return yield* this.batches(order, (reviews) => this.train(ids, labels, reviews));
  }

  // Judges reviews; yields after each batch, and returns accuracy, loss and whether each review was right, 0 or 1.
  * evaluate({ ids, labels }) {
    const correct = new Uint8Array(labels.length);
    const figures = yield* this.batches(Int32Array.from(labels.keys()), (reviews) => {
      const rows = this.pass.read(ids, reviews);
      for (const { review, logit } of rows) correct[review] = Number(Number(logit > 0) === labels[review]);
      return figuresOf(rows, labels);
    });
    return { ...figures, correct };
  }

  * batches(order, run) {
    let [loss, right] = [0, 0];
    for (let start = 0; start < order.length; start += this.description.batch_size) {
      const figures = run(order.subarray(start, start + this.description.batch_size));
      loss += figures.loss;
      right += figures.right;
      yield;
    }
    return { accuracy: right / order.length, loss: loss / order.length };
  }
}

function figuresOf(rows, labels) {
  let [loss, right] = [0, 0];
  for (const { review, logit } of rows) {
    loss += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - logit * labels[review];
    if (Number(logit > 0) === labels[review]) right += 1;
  }
  return { loss, right };
}
