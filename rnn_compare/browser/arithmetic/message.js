// A reading as the message that Inside the cell draws (dashboard/widgets/reading.py makes the same from Python's).

import { odds } from "./moves.js";
import { PADDING } from "./encoding.js";
import { attentionOf } from "./layers.js";

const MOST_UNITS = 64; // the most rows that can be told apart on a wall
const LONGEST_WORD = 40;

// readings: { network, review, traces, logits } of each network; depth: the cell's place from the last.
export function messageOf(readings, drawings, depth) {
  const { words, first } = readings.map(({ review }) => review).reduce((a, b) => (b.count > a.count ? b : a));
  const read = words.slice(first).map((word) => [...word].slice(0, LONGEST_WORD).join(""));
  const lengths = new Set(readings.map(({ network }) => network.maxlen));
  const cut = first && lengths.size === 1 ? `the first ${first} ${first === 1 ? "word" : "words"} cut off` : "";
  const runs = readings.map((reading) => runOf(reading, read.length, depth));
  return { words: read, at: read.length - 1, cut, drawings, runs };
}

// A network's cells with their names, the lowest layer and the forward direction first.
export function cellsOf({ network, traces }) {
  return traces.flatMap((directions, layer) => directions.map((trace, way) => {
    const direction = network.ways > 1 ? ["forward", "backward"][way] : "";
    const name = [network.layers > 1 && `layer ${layer + 1}`, direction].filter(Boolean).join(", ");
    return { trace, layer, way, name };
  }));
}

function runOf(reading, words, depth) {
  const { network, review: { count, unknown }, logits } = reading;
  const { id, title, labels, color, without_cell: note } = network;
  return {
    id, title, labels, color, first: words - count, logits: [...logits], probabilities: [...logits].map(odds), unknown,
    ...(network.between ? { note, attention: attentionIn(reading) } : cellOf(reading, depth)),
  };
}

// As AttentionWeights in explain/word_by_word.py.
function attentionIn({ network, review: { ids, at } }) {
  const attend = attentionOf(network, ids);
  if (!attend) return undefined;
  const padded = ids.filter((id) => id === PADDING).length;
  const masked = network.skips_padding ? padded : 0;
  return { padding: padded - masked, equal: 1 / (ids.length - masked), weightsOf: (index) => attend(at + index) };
}

function cellOf(reading, depth) {
  const { network, review, traces } = reading;
  const cells = cellsOf(reading);
  const { trace, layer, way, name } = cells[Math.max(0, cells.length - 1 - depth)];
  const { at, count } = review;
  const weights = importance(network, traces, layer, at).slice(way * network.units, (way + 1) * network.units);
  const units = [...weights.keys()].sort((a, b) => weights[b] - weights[a]).slice(0, MOST_UNITS);
  const take = (values, from = at, places = count) => scaled(from < 0 ? new Float32Array(units.length)
    : Float32Array.from({ length: places * units.length }, (_, index) => (
      values[(from + Math.floor(index / units.length)) * network.units + units[index % units.length]]
    )));
  const before = trace.isBackward ? -1 : at - 1;
  return {
    cell: network.cell.name, cell_name: name,
    units: units.length, unit_numbers: units.map((unit) => unit + 1), all_units: network.units,
    backward: trace.isBackward,
    signals: network.cell.signals.map(({ name: signal, title, kind }) => {
      const values = take(trace.values[signal]);
      return { name: signal, title, gate: kind === "gate", values, scale: values.scale };
    }),
    input: scaled(inputsOf(network, traces, layer, review, count)),
    before: Object.fromEntries(network.cell.states.map((state) => [state, take(trace.values[state], before, 1)])),
  };
}

// Numbers with the largest, as the drawings expect them.
function scaled(values) {
  return Object.assign(values, { scale: values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9) });
}

function inputsOf({ embedding, embedding_size: size, units }, traces, layer, { ids, at }, count) {
  const rows = Array.from({ length: count }, (_, index) => (layer === 0
    ? embedding.subarray(ids[at + index] * size, ids[at + index] * size + Math.min(size, MOST_UNITS))
    : traces[layer - 1].flatMap(({ values: { state } }) => [...state.subarray((at + index) * units).subarray(0, units)])
      .slice(0, MOST_UNITS)));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

// The importance of each unit of a layer, by the rule of explain/word_by_word.py.
export function importance({ kernel, units, recurrent, ways }, traces, layer, at) {
  return traces[layer].flatMap(({ values: { state }, isBackward }, way) => Array.from({ length: units }, (_, unit) => {
    const places = state.length / units;
    if (layer === traces.length - 1) {
      return Math.abs(kernel[way * units + unit] * state[(isBackward ? 0 : places - 1) * units + unit]);
    }
    let [size, squares] = [0, 0];
    for (let place = at; place < places; place++) size += Math.abs(state[place * units + unit]) / (places - at);
    for (const above of recurrent[layer + 1]) {
      const width = above.kernel.length / (ways * units);
      const row = (way * units + unit) * width;
      for (const weight of above.kernel.subarray(row, row + width)) squares += weight ** 2;
    }
    return size * Math.sqrt(squares);
  }));
}
