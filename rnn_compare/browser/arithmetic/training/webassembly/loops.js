// Elementwise loops over rows of numbers, as data, and two ways to run them: compiled to WebAssembly's vectors, or
// interpreted. Both do the same operations in the same order in float32, so that they give the same bits.
//
// A loop is { name, width, bases, loads, lines, stores }: for each row, and each of its `width` numbers, it loads
// variables, evaluates lines, and stores variables. `bases` has for each array the distance of its rows, in numbers, or
// LISTED, if it is a list of the rows' addresses; loads are [variable, base, offset], or [variable, base, offset,
// "splat"] for one number that serves a whole row; lines [variable, expression]; stores [base, offset, variable].
// Expressions are names, numbers, or [operation, ...parts].

import { op } from "./assembler.js";

const OPERATIONS = { "+": "add", "-": "sub", "*": "mul", "/": "div" };
export const LISTED = "listed";
const BYTES = 4;
const LANES = 4;
const FLUSH_BELOW = 1e-25; // products of smaller gradients would be denormal numbers, which are slow
// tanh x = x · p(x²) / q(x²) on ±8.5 within 4e-7: the coefficients of fused/arithmetic.py.
const TANH = {
  limit: 8.5,
  p: [1.4174794671362179e-08, 2.117927579092793e-05, 0.0035294857807457447, 0.13409355282783508, 0.9999999403953552],
  q: [8.105444635475578e-07, 0.00033415693906135857, 0.026005269959568977, 0.46742671728134155, 1],
};

// Returns a loop's lines as steps of one operation each, [variable, operation, ...operands].
function stepsOf({ lines }, relaxed = false) {
  const steps = [];
  let count = 0;
  const step = (...parts) => {
    steps.push([`#${count}`, ...parts]);
    return `#${count++}`;
  };
  const multiplyAdd = (a, b, c) => (relaxed ? step("multiplyAdd", a, b, c) : step("add", step("mul", a, b), c));
  const horner = (y, coefficients) => (
    coefficients.slice(1).reduce((sum, number) => multiplyAdd(sum, y, number), coefficients[0])
  );
  const tanh = (x) => {
    const [bounded, y] = [step("min", step("max", x, -TANH.limit), TANH.limit)].flatMap((z) => [z, step("mul", z, z)]);
    return step("div", step("mul", bounded, horner(y, TANH.p)), horner(y, TANH.q));
  };
  const evaluate = (expression) => {
    if (!Array.isArray(expression)) return expression;
    const [operation, ...parts] = [expression[0], ...expression.slice(1).map(evaluate)];
    if (operation === "tanh") return tanh(...parts);
    if (operation === "sigmoid") return multiplyAdd(tanh(step("mul", parts[0], 0.5)), 0.5, 0.5);
    if (operation === "-" && parts.length === 1) return step("neg", ...parts);
    if (operation === "flush") return step("flush", ...parts, FLUSH_BELOW);
    return step(OPERATIONS[operation] ?? operation, ...parts);
  };
  for (const [variable, expression] of lines) steps.push([variable, "copy", evaluate(expression)]);
  return steps;
}

// Returns a loop as a function for `assemble`: of the number of rows, and the address of each base.
export function compiled(loop, relaxed) {
  const { name, width, loads, stores } = loop;
  const bases = Object.entries(loop.bases);
  const column = 1 + bases.length;
  const listed = bases.filter(([, stride]) => stride === LISTED);
  const parameter = (base) => 1 + bases.findIndex(([other]) => other === base);
  const address = (base) => {
    const place = listed.findIndex(([other]) => other === base);
    return place < 0 ? parameter(base) : column + 1 + place;
  };
  const steps = stepsOf(loop, relaxed);
  // Constants are variables too: V8 today makes those that stand in a loop anew at each turn.
  const constants = [...new Set(steps.flat().filter((part) => typeof part === "number"))];
  const variables = [...new Set([...loads, ...steps].map(([variable]) => variable)), ...constants];
  const local = (variable) => column + 1 + listed.length + variables.indexOf(variable);
  const load = ([variable, base, offset, kind]) => (
    [...op.get(address(base)), ...op[kind ?? "load"](offset * BYTES), ...op.set(local(variable))]
  );
  const run = ([variable, operation, ...operands]) => {
    const places = operands.map(local);
    if (operation === "flush") return [...op.flush(...places), ...op.set(local(variable))];
    return [...places.flatMap(op.get), ...(operation === "copy" ? [] : op[operation]), ...op.set(local(variable))];
  };
  const splats = loads.filter(([,,, kind]) => kind);
  const moving = bases.filter(([base]) => !splats.some(([, other]) => other === base));
  const rows = op.repeat(0, 1, [
    ...listed.flatMap(([base]) => [
      ...op.get(parameter(base)), ...op.loadInteger(), ...op.set(address(base)), ...op.increase(parameter(base), BYTES),
    ]),
    ...splats.flatMap(load),
    ...op.integer(width), ...op.set(column),
    ...op.repeat(column, LANES, [
      ...loads.filter(([,,, kind]) => !kind).flatMap(load),
      ...steps.flatMap(run),
      ...stores.flatMap(([base, offset, variable]) => (
        [...op.get(address(base)), ...op.get(local(variable)), ...op.store(offset * BYTES)]
      )),
      ...moving.flatMap(([base]) => op.increase(address(base), LANES * BYTES)),
    ]),
    ...moving.filter(([, stride]) => stride !== LISTED && stride !== width).flatMap(([base, stride]) => (
      op.increase(address(base), (stride - width) * BYTES)
    )),
  ]);
  const body = [...constants.flatMap((number) => [...op.constant(number), ...op.set(local(number))]), ...rows];
  return { name, parameters: 1 + bases.length, integers: 1 + listed.length, vectors: variables.length, body };
}

const INTERPRETED = {
  add: (size, out, a, b) => { for (let k = 0; k < size; k++) out[k] = a[k] + b[k]; },
  sub: (size, out, a, b) => { for (let k = 0; k < size; k++) out[k] = a[k] - b[k]; },
  mul: (size, out, a, b) => { for (let k = 0; k < size; k++) out[k] = a[k] * b[k]; },
  div: (size, out, a, b) => { for (let k = 0; k < size; k++) out[k] = a[k] / b[k]; },
  min: (size, out, a, b) => { for (let k = 0; k < size; k++) out[k] = Math.min(a[k], b[k]); },
  max: (size, out, a, b) => { for (let k = 0; k < size; k++) out[k] = Math.max(a[k], b[k]); },
  neg: (size, out, a) => { for (let k = 0; k < size; k++) out[k] = -a[k]; },
  sqrt: (size, out, a) => { for (let k = 0; k < size; k++) out[k] = Math.sqrt(a[k]); },
  flush: (size, out, a) => { for (let k = 0; k < size; k++) out[k] = Math.abs(a[k]) >= FLUSH_BELOW ? a[k] : 0; },
  copy: (size, out, a) => { for (let k = 0; k < size; k++) out[k] = a[k]; },
};
const AT_ONCE = 1024; // numbers

// Returns a loop as a function like the compiled one, for browsers without vectors: each step is a pass over some rows.
export function interpreted(loop, numbers) {
  const { width, loads, stores } = loop;
  const [bases, strides] = [Object.keys(loop.bases), Object.values(loop.bases)];
  const lists = new Int32Array(numbers.buffer);
  // Where rows are added to one place, the next row reads what the last one stored.
  const isSerial = stores.some(([base]) => !(loop.bases[base] > 0));
  const most = isSerial ? 1 : Math.max(1, Math.floor(AT_ONCE / width));
  const values = {};
  const valuesOf = (value) => {
    values[value] ??= new Float32Array(most * width).fill(typeof value === "number" ? value : 0);
    return values[value];
  };
  const steps = stepsOf(loop).map(([variable, operation, ...operands]) => (
    [INTERPRETED[operation], valuesOf(variable), ...operands.map(valuesOf)]
  ));
  const move = (variable, base, offset) => ({ held: valuesOf(variable), place: bases.indexOf(base), offset });
  const constants = loads.filter(([,,, kind]) => kind).map((load) => move(...load));
  const reads = loads.filter(([,,, kind]) => !kind).map((load) => move(...load));
  const writes = stores.map(([base, offset, variable]) => move(variable, base, offset));
  return (count, ...addresses) => {
    const startOf = (place, row) => {
      const address = addresses[place] / BYTES;
      return strides[place] === LISTED ? lists[address + row] / BYTES : address + row * strides[place];
    };
    for (const { held, place, offset } of constants) held.fill(numbers[startOf(place, 0) + offset]);
    for (let first = 0; first < count; first += most) {
      const rows = Math.min(most, count - first);
      for (const { held, place, offset } of reads) {
        for (let row = 0; row < rows; row++) {
          copy(numbers, startOf(place, first + row) + offset, held, row * width, width);
        }
      }
      for (const [run, out, a, b] of steps) run(rows * width, out, a, b);
      for (const { held, place, offset } of writes) {
        for (let row = 0; row < rows; row++) {
          copy(held, row * width, numbers, startOf(place, first + row) + offset, width);
        }
      }
    }
  };
}

function copy(from, start, to, at, size) {
  for (let k = 0; k < size; k++) to[at + k] = from[start + k];
}
