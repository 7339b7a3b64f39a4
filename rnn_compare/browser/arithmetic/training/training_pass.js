// A batch's way through the network and back, in the memory of `training_memory.js`.

const float = Math.fround;
const BYTES = 4;

export class TrainingPass {
  constructor(description, memory) {
    const { cell, maxlen, batch_size: batch, units, embedding_size: features } = description;
    Object.assign(this, { cell, maxlen, batch, units, features, memory, masks: description.skips_padding });
    this.counts = new Int32Array(maxlen); // of the rows that read at each timestep
    this.rows = []; // of a batch, those that begin first in front
    const { tensors, row, depth, inputs, gates, gatesGradient, productsGradient, gradientOf, loops } = memory;
    [this.kernel, this.recurrent] = [tensors[1], tensors[2]];
    [this.bias, this.output, this.outputBias] = tensors.slice(-3);
    const like = { columns: row, bRow: row, outRow: row };
    const total = gradientOf(this.bias);
    this.run = {
      gather: memory.prepared(loops.gather, { words: memory.wordList, inputs }),
      project: memory.multiplied({ ...like, a: inputs, aRow: depth, b: this.kernel, out: gates }),
      kernelGradient: memory.multiplied({
        ...like, a: inputs, aRow: 1, aStep: depth, b: gatesGradient, out: gradientOf(this.kernel),
      }),
      bias: memory.prepared(loops.bias, { gradient: gatesGradient, total }),
      secondBias: memory.prepared(loops.bias, { gradient: productsGradient, total: total + row }),
      inputsGradient: memory.multiplied({
        a: gatesGradient, aRow: row, b: memory.kernelT, bRow: depth, out: memory.inputsGradient, outRow: depth,
        columns: depth,
      }),
      loss: memory.prepared(loops.loss, { logit: memory.logit, label: memory.label, count: memory.count }),
    };
    this.steps = Array.from({ length: maxlen }, (_, t) => (
      cell.phases.map((phase, number) => this.step(t, phase, number))
    ));
  }

  // What a phase does at a timestep, forward and back, prepared.
  step(t, phase, number) {
    const { cell, batch, recurrent, memory } = this;
    const { width, row, stateRow, loops, states, products, recurrentT } = memory;
    const at = (array, size) => array + t * batch * size;
    const places = {
      gates: at(memory.gates, row), gates_gradient: at(memory.gatesGradient, row),
      products_gradient: at(memory.productsGradient, row), stored: at(memory.stored, cell.stored.length * width),
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
    return {
      ...prepared, columns, out, outRow,
      multiply: memory.multiplied({
        a, aRow, b: recurrent + first, bRow: row, out: products + first, outRow: row, columns,
      }),
      multiplyBack: memory.multiplied({
        a: gradient, aRow: row, b: recurrentT + first * width, bRow: width, out, outRow, columns: width,
      }),
      recurrentGradient: memory.multiplied({
        a, aRow: 1, aStep: aRow, b: gradient, bRow: row, out: places.recurrent_gradient + first, outRow: row, columns,
      }),
      adds: phase.backward.outputs.includes("d_previous_state"),
    };
  }

  // Reads reviews of `ids` (reviews × maxlen, zeros in front).
  begin(ids, reviews) {
    const { maxlen, batch, counts, memory: { lists, wordList, table, depth } } = this;
    const startOf = (review) => {
      let start = 0;
      if (this.masks) while (start < maxlen - 1 && ids[review * maxlen + start] === 0) start++;
      return start;
    };
    this.ids = ids;
    this.rows = Array.from(reviews, (review, place) => ({ review, place, start: startOf(review) }))
      .toSorted((a, b) => a.start - b.start || a.place - b.place);
    lists.fill(table * BYTES, wordList, wordList + maxlen * batch);
    for (let t = 0, count = 0; t < maxlen; t++) {
      while (count < this.rows.length && this.rows[count].start <= t) count++;
      counts[t] = count;
      for (let row = 0; row < count; row++) {
        lists[wordList + t * batch + row] = (table + this.wordAt(row, t) * depth) * BYTES;
      }
    }
    this.run.gather(maxlen * batch);
  }

  wordAt(row, t) {
    return this.ids[this.rows[row].review * this.maxlen + t];
  }

  // Returns the log-odds of the rows.
  forward() {
    const { maxlen, batch, counts, units, memory: { numbers, gates, states, row, stateRow, products } } = this;
    numbers.fill(0, gates, gates + maxlen * batch * row);
    this.run.project(maxlen * batch, this.features);
    numbers.fill(0, states, states + batch * stateRow);
    this.steps.forEach((phases, t) => {
      const after = states + (t + 1) * batch * stateRow;
      numbers.fill(0, after + counts[t] * stateRow, after + batch * stateRow);
      for (const phase of phases) {
        if (phase.multiply) {
          numbers.fill(0, products, products + counts[t] * row);
          phase.multiply(counts[t], units);
        }
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
    const { numbers, gradients, gradientOf, statesGradient, stateRow, depth, row } = memory;
    const tokens = maxlen * batch;
    numbers.fill(0, gradients, gradients + memory.dense);
    numbers.fill(0, statesGradient, statesGradient + batch * stateRow);
    numbers.fill(0, memory.gatesGradient, memory.gatesGradient + tokens * row);
    numbers.fill(0, memory.productsGradient, memory.productsGradient + tokens * row);
    const last = memory.states + tokens * stateRow;
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
    this.run.kernelGradient(this.features, tokens);
    this.run.bias(tokens);
    if (cell.bias_rows > 1) this.run.secondBias(tokens);
    numbers.fill(0, memory.inputsGradient, memory.inputsGradient + tokens * depth);
    this.run.inputsGradient(tokens, row);
  }

  // The gradient of binary cross-entropy, averaged over the batch: by the same arithmetic in every browser.
  logitGradients(logits, labels) {
    const { numbers, logit, label, count } = this.memory;
    numbers.set(logits, logit);
    numbers.set(labels, label);
    numbers[count] = logits.length;
    this.run.loss(1);
    return numbers.slice(logit, logit + logits.length);
  }

  stepBack(phases, count) {
    const { numbers, width } = this.memory;
    for (let number = phases.length - 1; number >= 0; number--) {
      const { backward, multiplyBack, adds, out, outRow, columns } = phases[number];
      backward(count);
      if (!multiplyBack) continue;
      if (!adds) for (let row = 0; row < count; row++) numbers.fill(0, out + row * outRow, out + row * outRow + width);
      multiplyBack(count, columns);
    }
    for (const { recall, vector, recurrentGradient } of phases) {
      recall?.(count);
      vector?.(count);
      recurrentGradient?.(this.units, count);
    }
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
