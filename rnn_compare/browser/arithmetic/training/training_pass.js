// A batch's way through the network and back, in the memory of `training_memory.js`. All that a timestep computes of
// its inputs and gates is computed at once, so that it stays in the processor's cache.

import { addsToGates } from "./cell_loops.js";

const float = Math.fround;
const BYTES = 4;

export class TrainingPass {
  cell; maxlen; batch; units; features; memory; masks; // of the description
  kernel; recurrent; bias; output; outputBias; // places in the memory

  /** @param {Trainable} description @param {any} memory */
  constructor(description, memory) {
    const { cell, maxlen, batch_size: batch, units, embedding_size: features } = description;
    Object.assign(this, { cell, maxlen, batch, units, features, memory, masks: description.skips_padding });
    this.counts = new Int32Array(maxlen); // of the rows that read at each timestep
    this.rows = []; // of a batch, those that begin first in front
    this.words = new Int32Array(maxlen * batch); // that they read
    const { tensors, gradientOf, loops } = memory;
    [this.kernel, this.recurrent] = [tensors[1], tensors[2]];
    [this.bias, this.output, this.outputBias] = tensors.slice(-3);
    this.gather = memory.prepared(loops.gather, { words: memory.wordList, inputs: memory.inputs });
    this.loss = memory.prepared(loops.loss, { logit: memory.logit, label: memory.label, count: memory.count });
    const total = gradientOf(this.bias);
    this.addBias = memory.prepared(loops.bias, { gradient: memory.gatesGradient, total });
    this.addSecondBias = memory.prepared(loops.bias, { gradient: memory.productsGradient, total: total + memory.row });
    this.steps = Array.from({ length: maxlen }, (_, t) => (
      { ...this.inputs(t), phases: cell.phases.map((phase, number) => this.phase(t, phase, number)) }
    ));
  }

  // What is computed of a timestep's inputs, forward and back, prepared.
  inputs(t) {
    const { batch, bias, kernel, memory } = this;
    const { row, depth, gates, gatesGradient, kernelT, zeros, gradientOf } = memory;
    const inputs = memory.inputs + t * batch * depth;
    const out = memory.inputsGradient + t * batch * depth;
    const like = { columns: row, bRow: row, outRow: row };
    return {
      project: memory.multiplied({ ...like, a: inputs, aRow: depth, b: kernel, out: gates, from: bias, fromRow: 0 }),
      kernelGradient: memory.multiplied({
        ...like, a: inputs, aRow: 1, aStep: depth, b: gatesGradient, out: gradientOf(kernel),
      }),
      inputsGradient: memory.multiplied({
        a: gatesGradient, aRow: row, b: kernelT, bRow: depth, out, outRow: depth, from: zeros, fromRow: 0,
        columns: depth,
      }),
    };
  }

  // What a phase does at a timestep, forward and back, prepared.
  phase(t, phase, number) {
    const { cell, batch, recurrent, memory } = this;
    const { width, row, stateRow, loops, states, products, recurrentT } = memory;
    const at = (array, size) => array + t * batch * size;
    const places = {
      gates: memory.gates, gates_gradient: memory.gatesGradient, products_gradient: memory.productsGradient,
      stored: at(memory.stored, cell.stored.length * width),
      before: at(states, stateRow), after: at(states, stateRow) + batch * stateRow,
      states_gradient: memory.statesGradient, products, recalled: memory.recalled,
      recalled_gradient: memory.recalledGradient, bias: this.bias, recurrent,
      recurrent_gradient: memory.gradientOf(recurrent),
    };
    const prepared = Object.fromEntries(["forward", "backward", "recall", "vector"].map((kind) => (
      [kind, loops[kind][number] && memory.prepared(loops[kind][number], places)]
    )));
    if (cell.recurrent !== "matrix" || !phase.blocks.length) return prepared;
    const first = cell.suffixes.indexOf(phase.blocks[0]) * width;
    const columns = phase.blocks.length * width;
    const [a, aRow] = phase.recalled ? [memory.recalled, width] : [places.before, stateRow];
    const [out, outRow] = phase.recalled ? [memory.recalledGradient, width] : [memory.statesGradient, stateRow];
    const gradient = places.products_gradient + first;
    const sums = addsToGates(cell, phase) ? { out: places.gates + first }
      : { out: products + first, from: cell.bias_rows > 1 ? this.bias + row + first : memory.zeros, fromRow: 0 };
    const adds = phase.backward.outputs.includes("d_previous_state");
    return {
      ...prepared, columns,
      multiply: memory.multiplied({
        a, aRow, b: recurrent + first, bRow: row, outRow: row, columns, ...sums,
      }),
      multiplyBack: memory.multiplied({
        a: gradient, aRow: row, b: recurrentT + first * width, bRow: width, out, outRow, columns: width,
        ...(adds ? {} : { from: memory.zeros, fromRow: 0 }),
      }),
      recurrentGradient: memory.multiplied({
        a, aRow: 1, aStep: aRow, b: gradient, bRow: row, out: places.recurrent_gradient + first, outRow: row, columns,
      }),
    };
  }

  // Reads reviews of `ids` (reviews × maxlen, zeros in front).
  begin(ids, reviews) {
    const { maxlen, batch, counts, words, memory: { lists, wordList, table, depth } } = this;
    const startOf = (review) => {
      let start = 0;
      if (this.masks) while (start < maxlen - 1 && ids[review * maxlen + start] === 0) start++;
      return start;
    };
    this.rows = Array.from(reviews, (review, place) => ({ review, place, start: startOf(review) }))
      .toSorted((a, b) => a.start - b.start || a.place - b.place);
    const starts = Int32Array.from(this.rows, ({ review }) => review * maxlen);
    lists.fill(table * BYTES, wordList, wordList + maxlen * batch);
    for (let t = 0, count = 0; t < maxlen; t++) {
      while (count < this.rows.length && this.rows[count].start <= t) count++;
      counts[t] = count;
      for (let row = 0; row < count; row++) {
        const place = t * batch + row;
        const word = ids[starts[row] + t];
        words[place] = word;
        lists[wordList + place] = (table + word * depth) * BYTES;
      }
    }
    this.gather(maxlen * batch);
  }

  // Returns the log-odds of the rows.
  forward() {
    const { maxlen, batch, counts, units, memory: { numbers, states, stateRow } } = this;
    numbers.fill(0, states, states + batch * stateRow);
    this.steps.forEach(({ project, phases }, t) => {
      project(counts[t], this.features);
      const after = states + (t + 1) * batch * stateRow;
      numbers.fill(0, after + counts[t] * stateRow, after + batch * stateRow);
      for (const phase of phases) {
        phase.multiply?.(counts[t], units);
        phase.forward(counts[t]);
      }
    });
    const last = states + maxlen * batch * stateRow;
    return Float32Array.from(this.rows, (_, index) => {
      let sum = numbers[this.outputBias];
      for (let unit = 0; unit < units; unit++) {
        sum = float(sum + float(numbers[last + index * stateRow + unit] * numbers[this.output + unit]));
      }
      return sum;
    });
  }

  // Computes the gradients of all weights, those of the embedding's rows at each position in `inputsGradient`.
  backward(logits, labels) {
    const { cell, maxlen, batch, units, memory } = this;
    const { numbers, gradients, gradientOf, statesGradient, stateRow, depth } = memory;
    numbers.fill(0, gradients, gradients + memory.dense);
    numbers.fill(0, statesGradient, statesGradient + batch * stateRow);
    const last = memory.states + maxlen * batch * stateRow;
    this.logitGradients(logits, labels).forEach((gradient, index) => {
      numbers[gradientOf(this.outputBias)] += gradient;
      for (let unit = 0; unit < units; unit++) {
        const state = index * stateRow + unit;
        numbers[gradientOf(this.output) + unit] += float(numbers[last + state] * gradient);
        numbers[statesGradient + state] = gradient * numbers[this.output + unit];
      }
    });
    this.transpose(this.kernel, this.features, memory.kernelT, depth);
    if (cell.recurrent === "matrix") this.transpose(this.recurrent, units, memory.recurrentT, memory.width);
    for (let t = maxlen - 1; t >= 0; t--) this.stepBack(this.steps[t], this.counts[t]);
  }

  // The gradient of binary cross-entropy, averaged over the batch: by the same arithmetic in every browser.
  logitGradients(logits, labels) {
    const { numbers, logit, label, count } = this.memory;
    numbers.set(logits, logit);
    numbers.set(labels, label);
    numbers[count] = logits.length;
    this.loss(1);
    return numbers.slice(logit, logit + logits.length);
  }

  stepBack({ phases, kernelGradient, inputsGradient }, count) {
    for (const { backward, multiplyBack, columns } of phases.toReversed()) {
      backward(count);
      multiplyBack?.(count, columns);
    }
    for (const { recall, vector, recurrentGradient } of phases) {
      recall?.(count);
      vector?.(count);
      recurrentGradient?.(this.units, count);
    }
    kernelGradient(this.features, count);
    inputsGradient(count, this.memory.row);
    this.addBias(count);
    if (this.cell.bias_rows > 1) this.addSecondBias(count);
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
