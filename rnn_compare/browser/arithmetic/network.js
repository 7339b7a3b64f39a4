// A trained network in the browser: from word ids to log-odds, with every signal of its cells on the way. The cells'
// formulas are translations of those that train (report/reader.py); layers.js reads where there is no cell.

import { PADDING, START, UNKNOWN } from "./encoding.js";
import { featuresOf } from "./layers.js";
import { addProduct, makeTimestep } from "./timestep.js";

// description: the settings that matter, the cell's layout or the layers in its place, and the sizes of the tensors in
// the order of networks/parameters.py; numbers: all of them, one tensor after the other; formulas: those of the cell.
/** @template {Network} T @param {T} description @param {Float32Array} numbers @param {any} formulas */
export function makeNetwork(description, numbers, formulas) {
  let start = 0;
  const take = (sizes) => Object.fromEntries(Object.entries(sizes).map(([name, size]) => (
    [name, numbers.subarray(start, start += size)]
  )));
  const tensors = description.tensors.map((layer) => layer.map(take));
  const inner = tensors.slice(1, -1);
  const [[{ embeddings: embedding }], [{ kernel, bias }]] = [tensors[0], tensors.at(-1)];
  const between = description.between?.map((layer) => (
    layer.has_weights ? { ...layer, tensors: inner.shift()[0] } : layer
  ));
  const recurrent = between ? [] : inner.map((layer) => layer.map((way, place) => (
    { ...way, isBackward: place === 1, projections: new Map() }
  )));
  return { ...description, formulas, embedding, between, recurrent, ways: recurrent[0]?.length, kernel, bias };
}

// Reads a row of ids from position `from` on, from the states that each layer carried there (`carried`), or from zeros.
// Returns for each layer the traces of its directions: `values` by the names of the signals, positions × units each.
export function pass(network, ids, { from = 0, carried = undefined } = {}) {
  const traces = [];
  let inputs;
  network.recurrent.forEach((directions, layer) => {
    const width = layer ? network.ways * network.units : network.embedding_size;
    const below = inputs;
    const project = layer ? (way, place) => projected(way, below(place), width)
      : (way, place) => projectedWord(network, way, ids[place]);
    traces.push(directions.map((way) => (
      readSequence(network, way, (place) => project(way, place), ids, { from, carried: carried?.[layer] })
    )));
    inputs = (place) => outputAt(network, traces[layer], place, ids[place]);
  });
  return traces;
}

// The output of a layer at a position, which the layer above reads.
function outputAt({ units, ways, skips_padding: masks }, traces, place, id) {
  // Keras' Bidirectional returns zeros where nothing was read; other layers return the previous state.
  if (ways > 1 && masks && id === PADDING) return new Float32Array(ways * units);
  return Float32Array.from(traces.flatMap(({ values, from }) => [
    ...values.state.subarray((place - from) * units, (place - from + 1) * units),
  ]));
}

function projectedWord({ embedding, embedding_size: size }, way, id) {
  if (!way.projections.has(id)) {
    way.projections.set(id, projected(way, embedding.subarray(id * size, (id + 1) * size), size));
  }
  return way.projections.get(id);
}

function projected({ kernel }, input, features) {
  const width = kernel.length / features;
  const sums = new Float32Array(width);
  addProduct(sums, input, kernel, { width, start: 0, end: width });
  return sums;
}

function readSequence({ formulas, units, skips_padding: masks, cell }, way, project, ids, { from, carried }) {
  const { values: now, step } = makeTimestep(cell, formulas, way, units);
  const names = cell.signals.map(({ name }) => name);
  const [count, unread] = [ids.length - from, new Float32Array(units).fill(NaN)];
  const isRead = (place) => !masks || ids[place] !== PADDING;
  const isState = (name) => cell.states.includes(name);
  const values = Object.fromEntries(names.map((name) => [name, new Float32Array(count * units)]));
  if (carried) for (const state of cell.states) now[state].set(carried[state]);
  for (let index = 0; index < count; index++) {
    const place = way.isBackward ? ids.length - 1 - index : from + index;
    if (isRead(place)) step(project(place));
    // Where nothing is read, the states stay as they are, and there are no other signals.
    const valuesOf = (name) => (isRead(place) || isState(name) ? now[name] : unread);
    for (const name of names) values[name].set(valuesOf(name), (place - from) * units);
  }
  return { values, from, isBackward: way.isBackward };
}

// The log-odds for the last layer's states, each direction's at a position of its own; before the first they are zeros.
function dense({ kernel, bias, units }, traces, placeOf) {
  let sum = bias[0];
  traces.forEach((trace, way) => {
    const place = placeOf(trace) - trace.from;
    const states = place < 0 ? [] : trace.values.state.subarray(place * units, (place + 1) * units);
    states.forEach((state, unit) => { sum += kernel[way * units + unit] * state; });
  });
  return sum;
}

// The log-odds of label 1 for a row of ids.
export function logitOf(network, ids, traces = pass(network, ids)) {
  const { between, kernel, bias } = network;
  if (between) return featuresOf(network, ids).reduce((sum, feature, row) => sum + feature * kernel[row], bias[0]);
  return dense(network, traces.at(-1), ({ isBackward, from }) => (isBackward ? from : ids.length - 1));
}

// The log-odds for a text of no words.
export function logitOfNothing(network) {
  const ids = new Int32Array(network.maxlen);
  ids[ids.length - 1] = START;
  return logitOf(network, ids);
}

// Returns the log-odds before the first word, at position `at`, and after each word: of a network that reads both ways,
// or all words at once, those of a review that ends there. Yields between them, so that the page stays responsive.
export function* logitsByWord(network, ids, at, traces) {
  const places = Array.from({ length: ids.length - at + 1 }, (_, index) => at - 1 + index);
  if (network.ways === 1) return places.map((place) => dense(network, traces.at(-1), () => place));
  const logits = [];
  for (const place of places) {
    const beginning = new Int32Array(ids.length);
    beginning.set(ids.subarray(0, place + 1), ids.length - place - 1);
    logits.push(logitOf(network, beginning));
    yield;
  }
  return logits;
}

// Returns the log-odds for the whole review, then with each word in turn replaced by “unknown”.
export function* logitsWithout(network, ids, at, traces) {
  const whole = logitOf(network, ids, traces);
  const logits = [whole];
  for (let place = at; place < ids.length; place++) {
    logits.push(ids[place] === UNKNOWN ? whole : logitWithout(network, ids, place, traces));
    yield;
  }
  return logits;
}

function logitWithout(network, ids, place, traces) {
  const changed = ids.slice();
  changed[place] = UNKNOWN;
  if (network.ways !== 1) return logitOf(network, changed);
  // The states before the word are those of the whole review.
  const carried = place && traces.map(([{ values }]) => Object.fromEntries(network.cell.states.map((state) => (
    [state, values[state].subarray((place - 1) * network.units, place * network.units)]
  ))));
  return logitOf(network, changed, pass(network, changed, { from: place, carried: carried || undefined }));
}
