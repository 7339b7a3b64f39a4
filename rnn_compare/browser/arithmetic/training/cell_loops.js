// The loops of a cell's timestep, forward and back, from its formulas. The numbers of a gate or state take `width`
// places, `units` rounded up to whole vectors; what is beyond the units stays zero.

import { LISTED } from "./webassembly/loops.js";

// Whether all that a phase reads of its gates is W·input + b + U·state, so that both are added up in `gates`; otherwise
// it reads the first from the record of its row's word, in `projected`.
export const addsToGates = ({ recurrent, bias_rows: biases, suffixes }, { blocks, forward: { inputs } }) => (
  recurrent === "matrix" && biases === 1 && blocks.length > 0
  && inputs.every((name) => name.startsWith("x") || !suffixes.includes(name.slice(1)))
);

// Returns { activate, forward, activateBack, backward, recall, vector }, a list with a loop, or undefined, for each
// phase: `activate` and `activateBack` come before `forward` and `backward`, `recall` computes what U is multiplied by
// if it is not the state, `vector` adds to the gradient of a U of one weight a unit.
/** @param {TrainableCell} cell @param {number} width */
export function cellLoops(cell, width) {
  const all = (kind, build) => cell.phases.map((phase, number) => {
    const loop = new Builder(`${kind}${number}`, cell, width);
    return build(loop, phase, number) === false ? undefined : loop.made;
  });
  const builds = { activate, forward, activateBack, backward, recall, vector };
  return Object.fromEntries(Object.entries(builds).map(([kind, build]) => [kind, all(kind, build)]));
}

const activates = ([, expression]) => [expression].flat(Infinity).some((part) => part === "sigmoid" || part === "tanh");
const variables = (expression) => {
  if (Array.isArray(expression)) return expression.slice(1).flatMap(variables);
  return typeof expression === "string" ? [expression] : [];
};

// Returns the names that lines use before they assign them.
function neededBy(lines) {
  const [needed, assigned] = [new Set(), new Set()];
  for (const [name, expression] of lines) {
    variables(expression).filter((part) => !assigned.has(part)).forEach((part) => needed.add(part));
    assigned.add(name);
  }
  return [...needed];
}

// Returns the lines that activate what a formula begins with. They have a loop of their own if others wait for them: in
// one loop most time would be spent waiting, since a processor looks ahead some hundred instructions, two turns of it.
const activations = ({ lines }) => lines.filter((line) => activates(line) && !lines.some((other) => (
  other !== line && [line[0], ...variables(line[1])].includes(other[0])
)));

function gates({ cell }, { forward: formula }) {
  const first = activations(formula).filter(([name]) => cell.stored.includes(name));
  return formula.lines.some((line) => activates(line) && !first.includes(line)) ? first : [];
}

function activate(loop, phase) {
  const lines = gates(loop, phase);
  compute(loop, phase, lines);
  return lines.length > 0;
}

function forward(loop, phase, number) {
  const activated = gates(loop, phase);
  const next = loop.cell.phases[number + 1]?.recalled;
  const lines = phase.forward.lines.filter((line) => !activated.includes(line));
  compute(loop, phase, [...lines, ...(next?.lines ?? [])]);
  if (next) loop.store("recalled", 0, "recalled");
}

// Loads what lines of a phase need, and stores what is kept of it and of their results.
function compute(loop, phase, lines) {
  const { cell } = loop;
  const needed = neededBy(lines);
  loop.read(needed, phase.operand, addsToGates(cell, phase));
  loop.add(lines);
  for (const name of new Set([...lines.map(([result]) => result), ...needed.filter((input) => loop.isBlock(input))])) {
    if (cell.stored.includes(name)) loop.store("stored", cell.stored.indexOf(name), name);
    if (cell.states.includes(name)) loop.store("after", cell.states.indexOf(name), name);
  }
}

// Computes what the way back activates anew, in the place of the gates' sums.
function activateBack(loop, { backward: formula }) {
  const lines = activations(formula);
  loop.read(neededBy(lines));
  loop.add(lines);
  lines.forEach(([name], place) => loop.store("gates", place, name));
  return lines.length > 0;
}

function backward(loop, { backward: { inputs, lines, outputs }, blocks }) {
  const { cell } = loop;
  const activated = activations({ lines });
  loop.read(inputs);
  activated.forEach(([name], place) => loop.load(name, "gates", place));
  loop.add(lines.filter((line) => !activated.includes(line)));
  for (const name of outputs.filter((other) => loop.isBlock(other.slice(2)))) {
    loop.add([[name, ["flush", name]]]);
    if (name[2] !== "u") loop.store("gates_gradient", loop.block(name.slice(3)), name);
  }
  const product = (end) => (outputs.includes(`d_u${end}`) ? `d_u${end}` : `d_x${end}`);
  if (cell.splits_gradients) for (const end of blocks) loop.store("products_gradient", loop.block(end), product(end));
  const before = new Set(outputs.filter((name) => name.startsWith("d_previous_")));
  if (blocks.length && cell.recurrent === "vector") {
    const terms = blocks.map((end) => ["*", product(end), loop.load(`U${end}`, "recurrent", loop.block(end))]);
    loop.add([["d_previous_state", sum([...before.has("d_previous_state") ? ["d_previous_state"] : [], ...terms])]]);
    before.add("d_previous_state");
  }
  cell.states.forEach((state, place) => {
    const name = `d_previous_${state}`;
    if (!before.has(name)) return;
    loop.add([[name, ["flush", name]]]);
    loop.store("states_gradient", place, name);
  });
}

function recall(loop, { recalled }) {
  if (!recalled) return false;
  loop.read(recalled.inputs);
  loop.add(recalled.lines);
  return loop.store("recalled", 0, "recalled");
}

function vector(loop, { blocks, operand }) {
  if (!blocks.length || loop.cell.recurrent !== "vector") return false;
  loop.readOperand(operand);
  return blocks.forEach((end) => {
    const place = loop.block(end);
    const total = loop.load(`total${end}`, "recurrent_gradient", place);
    loop.add([[total, ["+", total, ["*", operand, loop.load(`d${end}`, "products_gradient", place)]]]]);
    loop.store("recurrent_gradient", place, total);
  });
}

const sum = (terms) => terms.reduce((total, term) => ["+", total, term]);

// Places are counted in widths: the number of a gate, state or stored value in its array.
class Builder {
  constructor(name, cell, width) {
    this.cell = cell;
    this.width = width;
    this.made = { name, width, bases: {}, loads: [], lines: [], stores: [] };
    const [row, states] = [cell.suffixes.length, cell.states.length];
    this.places = {
      gates: row, products: row, gates_gradient: row, products_gradient: row, stored: cell.stored.length,
      before: states, after: states, states_gradient: states, recalled: 1, recalled_gradient: 1,
      bias: 0, recurrent: 0, recurrent_gradient: 0, // the same for all rows
      projected: LISTED,
    };
  }

  isBlock(name) {
    return "xwu".includes(name[0]) && this.cell.suffixes.includes(name.slice(1));
  }

  block(end) {
    return this.cell.suffixes.indexOf(end);
  }

  add(...lines) {
    this.made.lines.push(...lines.flat());
  }

  base(array) {
    this.made.bases[array] = this.places[array] === LISTED ? LISTED : this.places[array] * this.width;
    return array;
  }

  load(variable, array, place) {
    this.made.loads.push([variable, this.base(array), place * this.width]);
    return variable;
  }

  store(array, place, variable) {
    this.made.stores.push([this.base(array), place * this.width, variable]);
  }

  // Loads the inputs of a formula; with an operand, that of U, computes products and sums from it.
  read(inputs, operand, isWhole) {
    const { stored, states } = this.cell;
    for (const input of inputs) {
      if (operand && this.isBlock(input)) this.readBlock(input, operand, isWhole);
      else if (stored.includes(input)) this.load(input, "stored", stored.indexOf(input));
      else if (input === "d_recalled") this.load(input, "recalled_gradient", 0);
      else {
        const [, prefix, state] = input.match(/^(d_|previous_)?(.*)/);
        const array = { d_: "states_gradient", previous_: "before" }[prefix] ?? "after";
        this.load(input, array, states.indexOf(state));
      }
    }
  }

  // w: W·input + b, in `projected`; u: U·state, plus the second bias if there is one, in `products`; x: both, which are
  // in `gates` if it `isWhole`.
  readBlock(input, operand, isWhole) {
    const end = input.slice(1);
    const place = this.block(end);
    const term = (array, at = place) => this.load(`${array}${end}${at}`, array, at);
    const terms = input[0] === "u" ? [] : [term(isWhole ? "gates" : "projected")];
    if (input[0] !== "w" && !isWhole) {
      if (this.cell.recurrent === "matrix") terms.push(term("products"));
      else {
        terms.push(["*", term("recurrent"), this.readOperand(operand)]);
        if (this.cell.bias_rows > 1) terms.push(term("bias", this.places.gates + place));
      }
    }
    this.add([[input, sum(terms)]]);
  }

  readOperand(operand) {
    return this.load(operand, operand === "recalled" ? "recalled" : "before", 0);
  }
}
