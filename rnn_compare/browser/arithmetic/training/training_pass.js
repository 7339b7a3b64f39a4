// A batch's way through the network and back, in the memory of `training_memory.js`: its rows in blocks, whose states
// stay in the processor's cache.
//
// Unless it is masked, the padding in front of reviews is the same for all: one row reads it, and the others begin with
// its states. On the way back it takes over their gradients, and adds up what they would have: gradients are as ever.
// rmsprop and Adam, however, are to square the padding vector's gradients row by row. So each row goes back alone
// through the last steps of its padding, before which little is left of them.

import { BatchWords } from "./batch_words.js";
import { timesteps } from "./timesteps.js";

const float = Math.fround;
const ALONE = 32; // steps of padding

export class TrainingPass {
  cell; maxlen; units; features; masks; // of the description
  memory;
  rows = []; // of a batch, those that begin first in front: { review, start, logit }
  shared = 0; // steps of padding that one row reads for all

  /** @param {Trainable} description @param {any} memory */
  constructor(description, memory) {
    const { cell, maxlen, units, embedding_size: features, skips_padding: masks } = description;
    Object.assign(this, { cell, maxlen, units, features, masks, memory });
    const { program, loops, lists, counts, block } = memory;
    this.counts = lists.subarray(counts, counts + maxlen);
    this.distinct = new BatchWords(description, memory);
    this.loss = program.prepared(loops.loss, { logit: memory.logit, label: memory.label, count: memory.count });
    this.block = timesteps("block", description, memory, {
      rows: block, counts, words: memory.wordList, states: memory.states, stored: memory.stored,
      gradient: memory.statesGradient,
    });
    this.padding = masks ? undefined : timesteps("padding", description, memory, { rows: 1, ...memory.padding });
  }

  // Reads reviews of `ids` (reviews × maxlen, zeros in front) and returns the rows with their log-odds. With labels, of
  // all reviews, it computes the gradients of the weights too. With a `side`, 0 or 1, it reads half of the rows alone.
  read(ids, reviews, labels, side) {
    this.ids = ids;
    this.begin(reviews, labels ? ALONE : 0, side);
    if (labels) this.beginBack();
    const { block } = this.memory;
    for (let first = 0; first < this.rows.length; first += block) {
      const rows = this.rows.slice(first, first + block);
      this.forward(rows);
      if (labels) this.backward(rows, labels);
    }
    if (labels) this.endBack();
    return this.rows;
  }

  begin(reviews, alone, side) {
    const { ids, maxlen, masks, distinct, memory } = this;
    memory.numbers[memory.count] = reviews.length;
    this.rows = Array.from(reviews, (review, place) => {
      let start = 0;
      while (start < maxlen - 1 && ids[review * maxlen + start] === 0) start++;
      return { review, place, start: masks ? start : Math.max(0, start - alone), logit: 0 };
    }).sort((a, b) => a.start - b.start || a.place - b.place)
      .filter((_, place) => side === undefined || place % 2 === side);
    distinct.clear();
    for (const { review, start } of this.rows) {
      for (let place = review * maxlen + start; place < (review + 1) * maxlen; place++) {
        if (!distinct.addresses[ids[place]]) distinct.add(ids[place]);
      }
    }
    this.shared = masks ? 0 : this.rows.at(-1)?.start ?? 0;
    if (this.shared && !distinct.addresses[0]) distinct.add(0);
    distinct.project();
    if (this.shared) this.readPadding();
  }

  readPadding() {
    const { maxlen, shared, memory: { numbers, lists, padding, stateRow } } = this;
    lists.fill(this.distinct.addresses[0], padding.words, padding.words + shared);
    lists.fill(0, padding.counts, padding.counts + maxlen);
    lists.fill(1, padding.counts, padding.counts + shared);
    numbers.fill(0, padding.states, padding.states + stateRow);
    this.padding.forward();
  }

  // Computes the rows' log-odds.
  forward(rows) {
    const { ids, maxlen, units, counts, distinct: { addresses }, memory } = this;
    const { numbers, lists, wordList, block, states, stateRow, padding, output, outputBias } = memory;
    rows.forEach(({ start }, row) => {
      const [at, from] = [states + (start * block + row) * stateRow, padding?.states + start * stateRow];
      if (this.shared && start) numbers.copyWithin(at, from, from + stateRow);
      else numbers.fill(0, at, at + stateRow);
    });
    for (let t = 0, count = 0; t < maxlen; t++) {
      while (count < rows.length && rows[count].start <= t) count++;
      counts[t] = count;
      for (let row = 0; row < count; row++) {
        lists[wordList + t * block + row] = addresses[ids[rows[row].review * maxlen + t]];
      }
    }
    this.block.forward();
    const last = states + maxlen * block * stateRow;
    rows.forEach((line, row) => {
      let sum = numbers[outputBias];
      for (let unit = 0; unit < units; unit++) {
        sum = float(sum + float(numbers[last + row * stateRow + unit] * numbers[output + unit]));
      }
      line.logit = sum;
    });
  }

  beginBack() {
    const { cell, units, features, maxlen, memory } = this;
    const { numbers, gradients, dense, kernel, kernelT, depth, recurrent, recurrentT, width, padding } = memory;
    numbers.fill(0, gradients, gradients + dense);
    this.transpose(kernel, features, kernelT, depth);
    if (cell.recurrent === "matrix") this.transpose(recurrent, units, recurrentT, width);
    if (this.shared) numbers.fill(0, padding.entering, padding.entering + maxlen * memory.stateRow);
  }

  // Adds the gradients of a block of rows.
  backward(rows, labels) {
    const { maxlen, units, memory } = this;
    const { numbers, gradientOf, block, states, statesGradient, stateRow, padding, output, outputBias } = memory;
    numbers.fill(0, statesGradient, statesGradient + block * stateRow);
    const last = states + maxlen * block * stateRow;
    this.logitGradients(rows, labels).forEach((gradient, row) => {
      numbers[gradientOf(outputBias)] += gradient;
      for (let unit = 0; unit < units; unit++) {
        const state = row * stateRow + unit;
        numbers[gradientOf(output) + unit] += float(numbers[last + state] * gradient);
        numbers[statesGradient + state] = gradient * numbers[output + unit];
      }
    });
    this.block.back();
    if (!this.shared) return;
    rows.forEach(({ start }, row) => {
      if (!start) return;
      const [from, to] = [statesGradient + row * stateRow, padding.entering + (start - 1) * stateRow];
      for (let k = 0; k < stateRow; k++) numbers[to + k] += numbers[from + k];
    });
  }

  endBack() {
    const { numbers, padding, stateRow } = this.memory;
    if (this.shared) {
      numbers.fill(0, padding.gradient, padding.gradient + stateRow);
      this.padding.back();
    }
    this.distinct.projectBack();
  }

  // Returns the gradients of the half that was read.
  packed() {
    const { numbers, gradients, dense } = this.memory;
    return { ...this.distinct.packed(), dense: numbers.slice(gradients, gradients + dense) };
  }

  // Adds those of the other half.
  addPacked({ words, sums, dense }) {
    const { numbers, gradients } = this.memory;
    for (let k = 0; k < dense.length; k++) numbers[gradients + k] += dense[k];
    this.distinct.addPacked({ words, sums });
  }

  // The gradient of binary cross-entropy, averaged over the batch: by the same arithmetic in every browser.
  logitGradients(rows, labels) {
    const { numbers, logit, label } = this.memory;
    rows.forEach((line, row) => {
      numbers[logit + row] = line.logit;
      numbers[label + row] = labels[line.review];
    });
    this.loss(1);
    return numbers.slice(logit, logit + rows.length);
  }

  transpose(from, height, to, stride) {
    const { numbers, row } = this.memory;
    for (let line = 0; line < height; line++) {
      for (let column = 0; column < row; column++) {
        numbers[to + column * stride + line] = numbers[from + line * row + column];
      }
    }
  }
}
