// A batch's way through the network and back, in the memory of `training_memory.js`. All that a timestep computes of
// its inputs and gates is computed at once, so that it stays in the processor's cache.

import { addsToGates } from "./cell_loops.js";
import { COUNT, moving } from "./program.js";

const float = Math.fround;
const BYTES = 4;

export class TrainingPass {
  cell; maxlen; batch; units; features; memory; masks; // of the description
  kernel; recurrent; bias; output; outputBias; // places in the memory

  /** @param {Trainable} description @param {any} memory */
  constructor(description, memory) {
    const { cell, maxlen, batch_size: batch, units, embedding_size: features } = description;
    Object.assign(this, { cell, maxlen, batch, units, features, memory, masks: description.skips_padding });
    this.rows = []; // of a batch, those that begin first in front
    this.words = new Int32Array(maxlen * batch); // that they read
    const { tensors, loops, program, lists, counts } = memory;
    this.counts = lists.subarray(counts, counts + maxlen);
    [this.kernel, this.recurrent] = [tensors[1], tensors[2]];
    [this.bias, this.output, this.outputBias] = tensors.slice(-3);
    this.gather = program.prepared(loops.gather, { words: memory.wordList, inputs: memory.inputs });
    this.loss = program.prepared(loops.loss, { logit: memory.logit, label: memory.label, count: memory.count });
    const [inputs, phases] = [this.inputs(), cell.phases.map((phase, number) => this.phase(phase, number))];
    const sequence = (name, calls, way) => program.sequence(name, calls.filter(Boolean), way);
    this.timesteps = sequence("timesteps", [
      inputs.project, ...phases.flatMap((phase) => [phase.multiply, phase.activate, phase.forward]),
    ]);
    this.timestepsBack = sequence("timestepsBack", [
      ...[...phases].reverse().flatMap((phase) => [phase.activateBack, phase.backward, phase.multiplyBack]),
      ...phases.flatMap(({ recall, vector, recurrentGradient }) => [recall, vector, recurrentGradient]),
      ...inputs.back,
    ], { back: true });
  }

  // The calls for a timestep's inputs, forward and back.
  inputs() {
    const { batch, bias, kernel, features, cell, memory } = this;
    const { row, depth, gates, gatesGradient, kernelT, zeros, gradientOf, program, loops } = memory;
    const inputs = moving(memory.inputs, batch * depth);
    const out = moving(memory.inputsGradient, batch * depth);
    const like = { columns: row, bRow: row, outRow: row };
    const total = gradientOf(bias);
    return {
      project: program.product({
        ...like, rows: COUNT, inner: features, a: inputs, aRow: depth, b: kernel, out: gates, from: bias, fromRow: 0,
      }),
      back: [
        program.product({
          ...like, rows: features, inner: COUNT, a: inputs, aRow: 1, aStep: depth, b: gatesGradient,
          out: gradientOf(kernel),
        }),
        program.product({
          rows: COUNT, inner: row, a: gatesGradient, aRow: row, b: kernelT, bRow: depth, out, outRow: depth,
          from: zeros, fromRow: 0, columns: depth,
        }),
        program.loop(loops.bias, { gradient: gatesGradient, total }),
        cell.bias_rows > 1 && program.loop(loops.bias, { gradient: memory.productsGradient, total: total + row }),
      ],
    };
  }

  // The calls of a phase at a timestep, forward and back.
  phase(phase, number) {
    const { cell, batch, units, recurrent, memory } = this;
    const { width, row, stateRow, loops, states, products, recurrentT, program } = memory;
    const places = {
      gates: memory.gates, gates_gradient: memory.gatesGradient, products_gradient: memory.productsGradient,
      stored: moving(memory.stored, batch * cell.stored.length * width),
      before: moving(states, batch * stateRow), after: moving(states + batch * stateRow, batch * stateRow),
      states_gradient: memory.statesGradient, products, recalled: memory.recalled,
      recalled_gradient: memory.recalledGradient, bias: this.bias, recurrent,
      recurrent_gradient: memory.gradientOf(recurrent),
    };
    const kinds = ["activate", "forward", "activateBack", "backward", "recall", "vector"];
    const calls = Object.fromEntries(kinds.map((kind) => (
      [kind, loops[kind][number] && program.loop(loops[kind][number], places)]
    )));
    if (cell.recurrent !== "matrix" || !phase.blocks.length) return calls;
    const first = cell.suffixes.indexOf(phase.blocks[0]) * width;
    const columns = phase.blocks.length * width;
    const [a, aRow] = phase.recalled ? [memory.recalled, width] : [places.before, stateRow];
    const [out, outRow] = phase.recalled ? [memory.recalledGradient, width] : [memory.statesGradient, stateRow];
    const gradient = places.products_gradient + first;
    const sums = addsToGates(cell, phase) ? { out: places.gates + first }
      : { out: products + first, from: cell.bias_rows > 1 ? this.bias + row + first : memory.zeros, fromRow: 0 };
    const adds = phase.backward.outputs.includes("d_previous_state");
    return {
      ...calls,
      multiply: program.product({
        rows: COUNT, inner: units, a, aRow, b: recurrent + first, bRow: row, outRow: row, columns, ...sums,
      }),
      multiplyBack: program.product({
        rows: COUNT, inner: columns, a: gradient, aRow: row, b: recurrentT + first * width, bRow: width, out, outRow,
        columns: width, ...(adds ? {} : { from: memory.zeros, fromRow: 0 }),
      }),
      recurrentGradient: program.product({
        rows: units, inner: COUNT, a, aRow: 1, aStep: aRow, b: gradient, bRow: row,
        out: places.recurrent_gradient + first, outRow: row, columns,
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
      .sort((a, b) => a.start - b.start || a.place - b.place);
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
    for (let t = 0; t <= maxlen; t++) { // what is before a review's first word
      const begun = t ? counts[t - 1] : 0;
      numbers.fill(0, states + (t * batch + begun) * stateRow, states + (t + 1) * batch * stateRow);
    }
    this.timesteps();
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
    this.timestepsBack();
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

  transpose(from, height, to, stride) {
    const { numbers, row } = this.memory;
    for (let line = 0; line < height; line++) {
      for (let column = 0; column < row; column++) {
        numbers[to + column * stride + line] = numbers[from + line * row + column];
      }
    }
  }
}
