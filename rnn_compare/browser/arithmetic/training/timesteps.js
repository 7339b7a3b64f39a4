// The timesteps of some rows, forward and back, each as calls of the program. All that a timestep computes of its gates
// is computed at once, so that it stays in the processor's cache.

import { addsToGates } from "./cell_loops.js";
import { LISTED } from "./webassembly/loops.js";
import { COUNT, moving } from "./webassembly/program.js";

// Returns { forward, back }: functions that run all timesteps of at most `rows` rows. `places` says where they have
// their `counts` at each timestep, `states`, what is `stored`, the `gradient` of their states and the list of their
// `words`; perhaps also gradients of states that are `entering` at a timestep.
/** @param {string} name @param {Trainable} description @param {any} memory @param {any} places */
export function timesteps(name, description, memory, places) {
  const { cell } = description;
  const { rows, counts } = places;
  const { program, loops, width, stateRow } = memory;
  const moved = {
    words: moving(places.words, rows), stored: moving(places.stored, rows * cell.stored.length * width),
    before: moving(places.states, rows * stateRow), after: moving(places.states + rows * stateRow, rows * stateRow),
    gradient: places.gradient,
  };
  const phases = cell.phases.map((_, number) => ofPhase(description, memory, moved, number));
  const sequence = (way, calls, options) => program.sequence(name + way, calls.filter(Boolean), counts, options);
  const enter = () => (
    program.loop(loops.enter, { states: places.gradient, entering: moving(places.entering, stateRow) })
  );
  return {
    forward: sequence("Forward", phases.flatMap(({ multiply, activate, forward }) => [multiply, activate, forward])),
    back: sequence("Back", [
      places.entering && enter(),
      ...[...phases].reverse().flatMap((phase) => [phase.activateBack, phase.backward, phase.multiplyBack]),
      ...phases.flatMap(({ recall, vector, recurrentGradient }) => [recall, vector, recurrentGradient]),
      ...toWords(cell, memory, moved.words),
    ], { back: true }),
  };
}

// The calls that hand the gradients of a timestep's gates to the words that it reads.
function toWords(cell, memory, word) {
  const { program, loops, gatesGradient: gradient, inputsGradient, kernelT, row, depth, zeros } = memory;
  return [
    program.product({
      rows: COUNT, inner: row, a: gradient, aRow: row, b: kernelT, bRow: depth, out: inputsGradient, outRow: depth,
      from: zeros, fromRow: 0, columns: depth,
    }),
    program.loop(loops.collect, { gradient: inputsGradient, word }),
    program.loop(loops.collectGates, { gates: gradient, word }),
    cell.bias_rows > 1 && program.loop(loops.bias, {
      gradient: memory.productsGradient, total: memory.gradientOf(memory.bias) + row,
    }),
  ];
}

// The calls of a phase at a timestep, forward and back.
function ofPhase({ cell, units }, memory, { words, stored, before, after, gradient: statesGradient }, number) {
  const { width, row, stateRow, loops, products, recurrent, recurrentT, recalled, bias, zeros, program } = memory;
  const phase = cell.phases[number];
  const recurrentGradient = memory.gradientOf(recurrent);
  const places = {
    gates: memory.gates, gates_gradient: memory.gatesGradient, products_gradient: memory.productsGradient,
    states_gradient: statesGradient, recalled_gradient: memory.recalledGradient,
    recurrent_gradient: recurrentGradient, projected: words, stored, before, after, products, recalled, bias, recurrent,
  };
  const kinds = ["activate", "forward", "activateBack", "backward", "recall", "vector"];
  const calls = Object.fromEntries(kinds.map((kind) => (
    [kind, loops[kind][number] && program.loop(loops[kind][number], places)]
  )));
  if (cell.recurrent !== "matrix" || !phase.blocks.length) return calls;
  const first = cell.suffixes.indexOf(phase.blocks[0]) * width;
  const columns = phase.blocks.length * width;
  const [a, aRow] = phase.recalled ? [recalled, width] : [before, stateRow];
  const [out, outRow] = phase.recalled ? [memory.recalledGradient, width] : [statesGradient, stateRow];
  const gradient = places.products_gradient + first;
  const sums = addsToGates(cell, phase) ? { out: memory.gates + first, from: words, fromRow: LISTED, fromStart: first }
    : { out: products + first, from: cell.bias_rows > 1 ? bias + row + first : zeros, fromRow: 0 };
  const adds = phase.backward.outputs.includes("d_previous_state");
  return {
    ...calls,
    multiply: program.product({
      rows: COUNT, inner: units, a, aRow, b: recurrent + first, bRow: row, outRow: row, columns, ...sums,
    }),
    multiplyBack: program.product({
      rows: COUNT, inner: columns, a: gradient, aRow: row, b: recurrentT + first * width, bRow: width, out, outRow,
      columns: width, ...(adds ? {} : { from: zeros, fromRow: 0 }),
    }),
    recurrentGradient: program.product({
      rows: units, inner: COUNT, a, aRow: 1, aStep: aRow, b: gradient, bRow: row, out: recurrentGradient + first,
      outRow: row, columns,
    }),
  };
}
