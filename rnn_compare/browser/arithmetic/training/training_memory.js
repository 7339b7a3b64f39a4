// The memory of a network in training, one array of 32-bit floats: where each tensor, moment and timestep stands. Every
// row of numbers takes whole vectors; a timestep has a row for each review.

import { cellLoops } from "./cell_loops.js";
import { LISTED } from "./webassembly/loops.js";
import { elementwise, optimizerLoops } from "./optimizers.js";
import { Program } from "./webassembly/program.js";

const [BYTES, PAGE] = [4, 65_536];
const BLOCK = 16; // rows that are read at once
const whole = (count) => Math.ceil(count / 4) * 4;

// Returns the places of everything, in numbers, the loops over them, and the program that runs them.
/** @param {Trainable} description @param {{ vectors: boolean, relaxed: boolean }} instructions */
export function trainingMemory(description, instructions) {
  const { cell, units, embedding_size: features, vocabulary_size: vocabulary, maxlen, batch_size: batch } = description;
  const block = Math.min(batch, BLOCK);
  const [width, depth, states] = [whole(units), whole(features), cell.states.length];
  const row = cell.suffixes.length * width;
  const layouts = tensorLayouts(description);
  const sizes = layouts.map(({ rows, parts, size }) => rows * parts * whole(size));
  const dense = sizes.slice(1).reduce((sum, size) => sum + size);
  const word = recordOf({ projected: row, input: depth, gatesums: row, sums: depth, squares: depth });
  const { moments, ...steps } = optimizerLoops(description.optimizer, { dense, table: sizes[0], depth, word });
  const bias = [["total", ["+", "total", "gradient"]]];
  const loops = {
    ...cellLoops(cell, width),
    gather: elementwise("gather", depth, [["input", "weight"]], { weight: LISTED, input: word.size }),
    collectGates: elementwise("collectGates", row, [["gatesums", ["+", "gatesums", "gates"]]], {}, word),
    enter: elementwise("enter", states * width, [["states", ["+", "states", "entering"]]]),
    bias: elementwise("bias", row, bias, { total: 0 }), // all rows add to one
    wordBias: elementwise("wordBias", row, bias, { total: 0, gradient: word.size }),
    loss: elementwise("loss", whole(block), [["logit", ["/", ["-", ["sigmoid", "logit"], "label"], "count"]]]),
    ...steps,
  };

  let end = 0;
  const allocate = (count) => {
    const start = end;
    end += whole(count);
    return start;
  };
  const tokens = maxlen * block;
  const distinct = Math.min(vocabulary, maxlen * batch);
  const table = allocate(sizes[0]);
  const others = allocate(dense);
  const places = {
    table, others, gradients: allocate(dense),
    tableMoments: moments.map(() => allocate(sizes[0])), denseMoments: moments.map(() => allocate(dense)),
    // Up to here is what a training goes on from (`Trainer.state`).
    rate: allocate(1), count: allocate(1), logit: allocate(block), label: allocate(block),
    records: allocate(distinct * word.size), // of the batch's words
    gates: allocate(block * row), gatesGradient: allocate(block * row), inputsGradient: allocate(block * depth),
    stored: allocate(tokens * cell.stored.length * width), states: allocate((tokens + block) * states * width),
    statesGradient: allocate(block * states * width), products: allocate(block * row),
    recalled: allocate(block * width), recalledGradient: allocate(block * width),
    kernelT: allocate(row * depth), recurrentT: allocate(row * width), zeros: allocate(Math.max(row, depth)),
    counts: allocate(maxlen), // of the rows that read at each timestep
    // Lists of addresses: of the record of each position's word, and of each distinct word's weights and moments.
    wordList: allocate(tokens), weightLists: ["weight", ...moments].map(() => allocate(distinct)),
    padding: description.skips_padding ? undefined : { // of the one row that reads it
      counts: allocate(maxlen), words: allocate(maxlen), states: allocate((maxlen + 1) * states * width),
      stored: allocate(maxlen * cell.stored.length * width), gradient: allocate(states * width),
      entering: allocate(maxlen * states * width),
    },
  };
  places.productsGradient = cell.splits_gradients ? allocate(block * row) : places.gatesGradient;
  const tensors = sizes.map((_, place) => table + sizes.slice(0, place).reduce((sum, size) => sum + size, 0));

  const memory = new WebAssembly.Memory({ initial: Math.ceil(end * BYTES / PAGE) });
  const [kernel, recurrent] = tensors.slice(1);
  const [ofBias, output, outputBias] = tensors.slice(-3);
  return {
    ...places, kernel, recurrent, bias: ofBias, output, outputBias, loops, moments, layouts, tensors,
    numbers: new Float32Array(memory.buffer), lists: new Int32Array(memory.buffer),
    weightStarts: [table, ...places.tableMoments], block, word, dense, width, depth, row, stateRow: states * width,
    gradientOf: (tensor) => places.gradients + tensor - others,
    program: new Program({ memory, timesteps: maxlen, ...instructions }),
  };
}

// Returns where parts of these sizes begin in a record, and its `size`.
function recordOf(sizes) {
  let size = 0;
  const starts = Object.entries(sizes).map(([name, count]) => [name, (size += count) - count]);
  return { ...Object.fromEntries(starts), size };
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
