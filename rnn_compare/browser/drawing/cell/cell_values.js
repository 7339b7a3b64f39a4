// One network's signals over a text, unpacked, and the values that its cell's drawing shows at one word.

import { odds } from "../../arithmetic/moves.js";
import { unpacked } from "../../arithmetic/numbers.js";

/** @param {ReadRun} run */
export function unpackRun(run) {
  if (run.note) return { ...run, probabilities: run.logits.map(odds) }; // a network without recurrence has no cell
  const before = Object.entries(run.before).filter(([, state]) => state);
  return {
    ...run, probabilities: run.logits.map(odds), input: unpackSignal(run.input),
    signals: run.signals.map((signal) => ({ ...signal, values: unpackSignal(signal) })),
    before: Object.fromEntries(before.map(([name, state]) => [name, unpackSignal(state)])),
  };
}

// Returns each signal by its name; and for each state also `…_before` and `…_scale`, its largest value. place: the row
// of the unit that percentages are of, undefined for the mean over those sent.
export function valuesAt(run, words, word, place) {
  const index = word - run.first;
  const read = words.length - run.first;
  const previous = run.backward ? index + 1 : index - 1;
  const signals = Object.fromEntries(run.signals.map(({ name, values }) => [name, values]));
  const values = {
    word: words[word], input: row(run.input, index, run.input.length / read), input_scale: run.input.scale,
    all_units: run.all_units, place, unit: run.unit_numbers?.[place],
  };
  for (const [name, signal] of Object.entries(signals)) values[name] = row(signal, index, run.units);
  for (const [name, first] of Object.entries(run.before)) {
    const inside = previous >= 0 && previous < read;
    values[`${name}_before`] = inside ? row(signals[name], previous, run.units) : row(first, 0, run.units);
    values[`${name}_scale`] = signals[name].scale;
  }
  return values;
}

// A gate of one unit, from 0 to 1, at each word read.
export function gateOf(run, name, place) {
  const { values } = run.signals.find((signal) => signal.name === name);
  const count = values.length / run.units;
  return Array.from({ length: count }, (_, index) => values[index * run.units + place]);
}

// The row, of those that the drawing shows, of the unit with the gate that moves most while the text is read.
export function mostMoving(run, rows) {
  const gates = run.signals.filter(({ gate }) => gate);
  const ranges = Array.from({ length: Math.min(rows, run.units) }, (_, place) => (
    Math.max(...gates.map(({ name }) => gateOf(run, name, place)).map((gate) => Math.max(...gate) - Math.min(...gate)))
  ));
  return ranges.indexOf(Math.max(...ranges));
}

// The numbers of one word.
function row(values, index, width) {
  return values.slice(index * width, (index + 1) * width);
}

// Numbers in 127ths of the largest, their scale.
function unpackSignal({ bytes, scale }) {
  return Object.assign(unpacked(bytes, 127 / scale, Int8Array), { scale });
}

// The numbers that an element of a drawing shows, one for each unit: a signal, one minus it, or a product of these,
// such as "f*carry_before" or "(1-f)*state_before".
export function resolve(shown, values) {
  return shown.split("*").map((factor) => {
    const [, complement, name] = /^\(?(1-)?(\w+)\)?$/.exec(factor);
    return complement ? values[name].map((number) => 1 - number) : values[name];
  }).reduce((product, factor) => product.map((number, unit) => number * factor[unit]));
}

// The value of the selected unit, or the mean over all but NaN, which marks skipped timesteps of padding.
export function shareOf(shown, values) {
  if (values.place !== undefined) return resolve(shown, values)[values.place];
  const read = resolve(shown, values).filter(Number.isFinite);
  return read.reduce((sum, value) => sum + value, 0) / read.length;
}

// The number drawn in full colour: a constant, or a signal's largest in the whole text, or else at this word.
export function largest(scale, values) {
  if (!(scale in values)) return Number(scale ?? 1);
  const here = [...values[scale], ...(values[`${scale}_before`] ?? [])];
  return values[`${scale}_scale`] || Math.max(...here.map(Math.abs)) || 1;
}
