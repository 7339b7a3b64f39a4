// The functions that run on a network's memory: loops, products, and sequences of both over the timesteps, which need
// no call from JavaScript in between. They are compiled to one WebAssembly module, or run without it.

import { assemble, op } from "./assembler.js";
import { compiled, interpreted } from "./loops.js";
import { compiledProduct, plainProduct } from "./products.js";

const BYTES = 4;
export const COUNT = "count"; // as an argument: the number of rows that read at the timestep

// A place, in numbers, that moves on by `step` with each timestep.
export const moving = (start, step) => ({ start: start * BYTES, step: step * BYTES });
const isMoving = (argument) => typeof argument === "object";
const address = (place) => (isMoving(place) ? place : place * BYTES);

export class Program {
  memory; timesteps;
  vectors; relaxed; // whether they are there, and whether they may multiply and add at once
  functions = {}; // by name: as `assemble` takes them, or as they run without vectors
  run = this.functions;

  constructor(parts) {
    Object.assign(this, parts);
  }

  // Compiles what was added; before, nothing runs.
  link() {
    if (!this.vectors) return;
    const module = new WebAssembly.Module(assemble(Object.values(this.functions)));
    this.run = new WebAssembly.Instance(module, { browser: { memory: this.memory } }).exports;
  }

  add(name, compile, plain) {
    this.functions[name] ??= this.vectors ? { ...compile(), name } : plain(new Float32Array(this.memory.buffer));
  }

  // Returns a call, [name, ...arguments], of a loop over the timestep's rows.
  loop(loop, places) {
    this.add(loop.name, () => compiled(loop, this.relaxed), (numbers) => interpreted(loop, numbers));
    return [loop.name, COUNT, ...Object.keys(loop.bases).map((base) => address(places[base]))];
  }

  // Returns a function of a number of rows that runs a loop.
  prepared(loop, places) {
    const [name, , ...addresses] = this.loop(loop, places);
    return (rows) => { if (rows) this.run[name](rows, ...addresses); };
  }

  // Returns a call that writes from + a · b to `out`: of so many rows, with so many products in a sum.
  product({ rows, inner, a, aRow, aStep = 1, b, bRow, out, outRow, from = out, fromRow = outRow, fromStart, columns }) {
    const shape = { aRow, aStep, bRow, outRow, fromRow, fromStart, columns };
    const name = JSON.stringify(shape);
    this.add(name, () => compiledProduct(shape, this.relaxed), (numbers) => plainProduct(shape, numbers));
    return [name, rows, inner, ...[a, b, out, from].map(address)];
  }

  // Returns a function that makes the calls at each timestep that has rows by the numbers in `counts`; with `back` from
  // the last to the first.
  sequence(name, calls, counts, { back = false } = {}) {
    const order = Array.from({ length: this.timesteps }, (_, turn) => (back ? this.timesteps - 1 - turn : turn));
    this.add(name, () => this.compiledSequence(calls, order, moving(counts, 1)), (numbers) => () => {
      const rows = new Int32Array(numbers.buffer, counts * BYTES, this.timesteps);
      for (const t of order) {
        const value = (part) => (isMoving(part) ? part.start + t * part.step : part === COUNT ? rows[t] : part);
        if (rows[t]) for (const [callee, ...parts] of calls) this.run[callee](...parts.map(value));
      }
    });
    return () => this.run[name]();
  }

  compiledSequence(calls, order, counts) {
    const [first, second = first] = order;
    const [turns, rows] = [0, 1]; // locals; then the places
    const places = [...new Set([counts, ...calls.flat().filter(isMoving)])];
    const local = (place) => 2 + places.indexOf(place);
    const names = Object.keys(this.functions);
    const value = (part) => (
      isMoving(part) ? op.get(local(part)) : part === COUNT ? op.get(rows) : op.integer(part)
    );
    return {
      parameters: 0,
      integers: 2 + places.length,
      body: [
        ...op.integer(this.timesteps), ...op.set(turns),
        ...places.flatMap((place) => [...op.integer(place.start + first * place.step), ...op.set(local(place))]),
        ...op.repeat(turns, 1, [
          ...op.get(local(counts)), ...op.loadInteger(), ...op.set(rows),
          ...op.ifAtLeast(rows, 1, calls.flatMap(([callee, ...parts]) => (
            [...parts.flatMap(value), ...op.call(names.indexOf(callee))]
          ))),
          ...places.flatMap((place) => op.increase(local(place), (second - first) * place.step)),
        ]),
      ],
    };
  }
}
