// The memory of a network in training, one array of 32-bit floats: where each tensor, moment and timestep stands. Every
// row of numbers takes whole vectors; a timestep has a row for each review.

import { assemble, op } from "./assembler.js";
import { cellLoops } from "./cell_loops.js";
import { LISTED } from "./loops.js";
import { elementwise, optimizerLoops } from "./optimizers.js";
import { Program } from "./program.js";

const [BYTES, PAGE] = [4, 65_536];
const whole = (count) => Math.ceil(count / 4) * 4;

// Whether WebAssembly has vectors here, and the page may use it.
export function hasVectors() {
  try {
    const body = [...op.constant(0), ...op.set(0)];
    return Boolean(new WebAssembly.Module(assemble([{ name: "test", parameters: 0, vectors: 1, body }])));
  } catch {
    return false;
  }
}

// Returns the places of everything, in numbers, the loops over them, and the program that runs them.
/** @param {Trainable} description @param {boolean} vectors */
export function trainingMemory(description, vectors) {
  const { cell, units, embedding_size: features, vocabulary_size: words, maxlen, batch_size: batch } = description;
  const [width, depth, states] = [whole(units), whole(features), cell.states.length];
  const row = cell.suffixes.length * width;
  const layouts = tensorLayouts(description);
  const sizes = layouts.map(({ rows, parts, size }) => rows * parts * whole(size));
  const dense = sizes.slice(1).reduce((sum, size) => sum + size);
  const { moments, ...steps } = optimizerLoops(description.optimizer, { dense, table: sizes[0], depth });
  const loops = {
    ...cellLoops(cell, width),
    gather: elementwise("gather", depth, [["inputs", "words"]], { words: LISTED }),
    bias: elementwise("bias", row, [["total", ["+", "total", "gradient"]]], { total: 0 }), // all rows add to one
    loss: elementwise("loss", whole(batch), [["logit", ["/", ["-", ["sigmoid", "logit"], "label"], "count"]]]),
    ...steps,
  };

  let end = 0;
  const allocate = (count) => {
    const start = end;
    end += whole(count);
    return start;
  };
  const tokens = maxlen * batch;
  const distinct = Math.min(words, tokens);
  const table = allocate(sizes[0]);
  const others = allocate(dense);
  const places = {
    table, others, gradients: allocate(dense),
    tableMoments: moments.map(() => allocate(sizes[0])), denseMoments: moments.map(() => allocate(dense)),
    // Up to here is what a training goes on from (`Trainer.state`).
    rate: allocate(1), count: allocate(1), logit: allocate(batch), label: allocate(batch),
    sums: allocate((distinct + 1) * depth), squares: allocate((distinct + 1) * depth), // one more for what is not read
    inputs: allocate(tokens * depth), inputsGradient: allocate(tokens * depth),
    gates: allocate(batch * row), gatesGradient: allocate(batch * row), // of one timestep
    stored: allocate(tokens * cell.stored.length * width), states: allocate((tokens + batch) * states * width),
    statesGradient: allocate(batch * states * width), products: allocate(batch * row),
    recalled: allocate(batch * width), recalledGradient: allocate(batch * width),
    kernelT: allocate(row * depth), recurrentT: allocate(row * width), zeros: allocate(Math.max(row, depth)),
    counts: allocate(maxlen), // of the rows that read at each timestep
    // Lists of addresses: of each position's word and of its sums, and of each distinct word's weights and moments.
    wordList: allocate(tokens), sumList: allocate(tokens), squareList: allocate(tokens),
    weightLists: ["weight", ...moments].map(() => allocate(distinct)),
  };
  places.productsGradient = cell.splits_gradients ? allocate(batch * row) : places.gatesGradient;
  const tensors = sizes.map((_, place) => table + sizes.slice(0, place).reduce((sum, size) => sum + size, 0));

  const memory = new WebAssembly.Memory({ initial: Math.ceil(end * BYTES / PAGE) });
  return {
    ...places, loops, moments, layouts, tensors, sizes, numbers: new Float32Array(memory.buffer),
    lists: new Int32Array(memory.buffer), distinct, dense, width, depth, row, stateRow: states * width,
    gradientOf: (tensor) => places.gradients + tensor - others,
    program: new Program({ memory, counts: places.counts, timesteps: maxlen, vectors }),
  };
}

// The tensors in Keras' order, each as rows of parts that take whole vectors.
function tensorLayouts({ cell, units, embedding_size: features, vocabulary_size: words }) {
  const parts = cell.suffixes.length;
  const recurrent = { rows: cell.recurrent === "matrix" ? units : 1, parts, size: units };
  return [
    { rows: words, parts: 1, size: features },
    { rows: features, parts, size: units },
    ...(cell.recurrent === "none" ? [] : [recurrent]),
    { rows: cell.bias_rows, parts, size: units },
    { rows: 1, parts: 1, size: units },
    { rows: 1, parts: 1, size: 1 },
  ];
}

// Returns a tensor's numbers from memory, without what fills up the vectors.
export function unpadded(numbers, start, { rows, parts, size }) {
  const tensor = new Float32Array(rows * parts * size);
  for (let part = 0; part < rows * parts; part++) {
    tensor.set(numbers.subarray(start + part * whole(size), start + part * whole(size) + size), part * size);
  }
  return tensor;
}

// Writes a tensor's numbers into memory.
export function pad(numbers, start, { rows, parts, size }, tensor) {
  for (let part = 0; part < rows * parts; part++) {
    numbers.set(tensor.subarray(part * size, (part + 1) * size), start + part * whole(size));
  }
}
