// Training of an embedding, one recurrent layer and Dense(1, sigmoid) on binary cross-entropy, as Keras does it.

import { rateOf } from "./optimizers.js";
import { initialWeights, orderOf } from "./seeded.js";
import { hasVectors, pad, trainingMemory, unpadded } from "./training_memory.js";
import { TrainingPass } from "./training_pass.js";

const BYTES = 4;

export class Trainer {
  // description: as `browser/trainable.py` makes it. Without vectors it does the same, several times slower.
  /** @param {Trainable} description */
  constructor(description, { vectors = hasVectors() } = {}) {
    this.description = description;
    this.memory = trainingMemory(description, vectors);
    this.pass = new TrainingPass(description, this.memory);
    this.slots = new Int32Array(description.vocabulary_size).fill(-1); // of a batch's words in `sums`
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
    const figures = this.propagate(ids, labels, reviews);
    this.step();
    return figures;
  }

  propagate(ids, labels, reviews) {
    this.pass.begin(ids, reviews);
    const logits = this.pass.forward();
    const signs = Array.from(this.pass.rows, ({ review }) => labels[review]);
    this.pass.backward(logits, signs);
    return figuresOf(logits, signs);
  }

  // Returns the gradients of all weights for some reviews: those of `train`, before the step.
  gradients(ids, labels, reviews) {
    const { numbers, tensors, layouts, gradientOf, sums, depth } = this.memory;
    this.propagate(ids, labels, reviews);
    const words = this.collect();
    const table = new Float32Array(layouts[0].rows * layouts[0].size);
    words.forEach((word, slot) => {
      table.set(numbers.subarray(sums + slot * depth, sums + slot * depth + layouts[0].size), word * layouts[0].size);
    });
    return [table, ...tensors.slice(1).map((start, place) => unpadded(numbers, gradientOf(start), layouts[place + 1]))];
  }

  // The optimizer's loops, prepared.
  prepared() {
    const { memory } = this;
    const { loops, moments, table, others, rate, sums, squares, tableMoments, denseMoments } = memory;
    const named = (starts) => Object.fromEntries(["weight", ...moments].map((name, place) => [name, starts[place]]));
    const make = (loop, places) => loop && memory.program.prepared(loop, { ...places, rate });
    const ofTable = named([table, ...tableMoments]);
    return {
      dense: make(loops.dense, { ...named([others, ...denseMoments]), gradient: memory.gradients }),
      before: make(loops.before, ofTable),
      words: make(loops.words, { ...named(memory.weightLists), sums, squares }),
      after: make(loops.after, ofTable),
      collect: make(loops.collect, {
        gradient: memory.inputsGradient, sums: memory.sumList, squares: memory.squareList,
      }),
    };
  }

  // Sums the gradients of each distinct word of the batch; returns the words.
  collect() {
    const { pass: { counts, batch, maxlen, words: read }, slots, memory } = this;
    const { lists, sumList, squareList, sums, squares, depth, distinct } = memory;
    const words = [];
    for (let t = 0, place = 0; t < maxlen; t++) {
      for (let row = 0; row < batch; row++, place++) {
        const word = read[place];
        if (row < counts[t] && slots[word] < 0) slots[word] = words.push(word) - 1;
        const start = (row < counts[t] ? slots[word] : distinct) * depth;
        lists[sumList + place] = (sums + start) * BYTES;
        lists[squareList + place] = (squares + start) * BYTES;
      }
    }
    for (const start of [sums, squares]) memory.numbers.fill(0, start, start + words.length * depth);
    this.run.collect(maxlen * batch);
    for (const word of words) slots[word] = -1;
    return words;
  }

  step() {
    const { memory, run, description: { optimizer, learning_rate: learningRate } } = this;
    const { numbers, lists, rate, depth, table, tableMoments, weightLists } = memory;
    numbers[rate] = rateOf(optimizer, learningRate, this.iterations);
    run.dense(1);
    const words = this.collect();
    run.before?.(1);
    [table, ...tableMoments].forEach((start, place) => (
      words.forEach((word, slot) => { lists[weightLists[place] + slot] = (start + word * depth) * BYTES; })
    ));
    run.words(words.length);
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
      this.pass.begin(ids, reviews);
      const logits = this.pass.forward();
      this.pass.rows.forEach(({ review }, row) => {
        correct[review] = Number(Number(logits[row] > 0) === labels[review]);
      });
      return figuresOf(logits, Array.from(this.pass.rows, ({ review }) => labels[review]));
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

function figuresOf(logits, labels) {
  let [loss, right] = [0, 0];
  logits.forEach((logit, row) => {
    loss += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - logit * labels[row];
    if (Number(logit > 0) === labels[row]) right += 1;
  });
  return { loss, right };
}
