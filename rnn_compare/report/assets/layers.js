// The layers of networks without recurrence, by the names of their Keras classes. feedforward/*.py declares their order
// and computes the same in NumPy. Each takes and returns `values`: a row of `width` numbers for each place.

import { addProduct } from "./timestep.js";

const EPSILON = 1e-3; // of Keras' LayerNormalization
const MASKED = -1e9; // where nothing is read: never a maximum
const LITTLE = 1e-6;

export const LAYERS = {
  GlobalAveragePooling1D: ({ numbers, count, width }) => {
    const mean = pooled(numbers, width, 0, (sum, value) => sum + value);
    return valuesOf(mean.map((sum) => sum / Math.max(1, count)), width);
  },
  GlobalMaxPooling1D: ({ numbers, width }) => valuesOf(pooled(numbers, width, MASKED, Math.max), width),
  // A last window that is not full is dropped.
  MaxPooling1D: ({ numbers, count, width }, { arguments: [window] }) => {
    const size = window * width;
    const maxima = Array.from({ length: Math.floor(count / window) }, (_, place) => (
      pooled(numbers.subarray(place * size, (place + 1) * size), width, -Infinity, Math.max)
    ));
    return valuesOf(joined(maxima, width), width);
  },
  Dense: (values, { tensors: { kernel, bias }, activation }) => affine(values, kernel, bias, { activation }),
  Conv1D: (values, { arguments: [, window], tensors: { kernel, bias }, activation }) => (
    affine(values, kernel, bias, { activation, window })
  ),
  PositionEmbedding: ({ numbers, width, places }, { tensors: { embeddings } }) => (
    valuesOf(numbers.map((number, index) => (
      number + embeddings[places[Math.floor(index / width)] * width + index % width]
    )), width)
  ),
  TransformerEncoder: (values, layer) => {
    const { arguments: [, heads], tensors } = layer;
    const dense = (name, input, options) => affine(input, tensors[`${name}/kernel`], tensors[`${name}/bias`], options);
    const norm = (name, input) => normalized(input, tensors[`${name}/gamma`], tensors[`${name}/beta`]);
    const project = (input) => ["query", "key", "value"].map((name) => dense(`attention/${name}`, input).numbers);
    const mixed = dense("attention/attention_output", mixtures(attend(values, layer, project, heads)));
    const inner = norm("first_norm", added(values, mixed));
    const hidden = dense("hidden", inner, { activation: "relu" });
    return norm("second_norm", added(inner, dense("projection", hidden)));
  },
};

// The features that the last layer, Dense, reads: the output of the layers before it for a row of ids.
export function featuresOf({ embedding, embedding_size: width, skips_padding: skips, between }, ids) {
  const places = [...ids.keys()].filter((place) => !skips || ids[place] !== 0);
  const vectors = places.map((place) => embedding.subarray(ids[place] * width, (ids[place] + 1) * width));
  const read = (values, layer) => LAYERS[layer.kind](values, layer);
  return between.reduce(read, { ...valuesOf(joined(vectors, width), width), places }).numbers;
}

// Returns a function from a position in a row of ids to its attention weights for all positions: means over heads, 0
// for padding that is not read; undefined for a network without attention.
export function attentionOf(network, ids) {
  const layer = network.between?.find(({ kind }) => kind === "TransformerEncoder");
  if (!layer) return undefined;
  layer.attention = undefined; // it is computed in full
  featuresOf(network, ids);
  const { queries, keys, heads, units, scores: { length: count }, peaks, sums } = layer.attention;
  const unread = ids.length - count; // padding, at the front
  return (position) => {
    const weights = new Float64Array(ids.length);
    for (let at = 0; at < count * heads; at++) {
      const row = (position - unread) * heads + at % heads;
      const score = product(queries, row * units, keys, at * units, units);
      weights[unread + Math.floor(at / heads)] += Math.exp(score - peaks[row]) / sums[row] / heads;
    }
    return weights;
  };
}

const valuesOf = (numbers, width) => ({ numbers, width, count: numbers.length / width });

function joined(vectors, width) {
  const numbers = new Float32Array(vectors.length * width);
  vectors.forEach((vector, place) => numbers.set(vector, place * width));
  return numbers;
}

function pooled(numbers, width, first, join) {
  const result = new Float32Array(width).fill(first);
  for (let index = 0; index < numbers.length; index++) {
    result[index % width] = join(result[index % width], numbers[index]);
  }
  return result;
}

const added = ({ numbers, width }, other) => (
  valuesOf(numbers.map((number, index) => number + other.numbers[index]), width)
);

// Each `window` of places times the kernel, plus the bias.
function affine({ numbers, count, width }, kernel, bias, { activation, window = 1 } = {}) {
  const columns = bias.length;
  const sums = new Float32Array(Math.max(0, count - window + 1) * columns);
  for (let row = 0; row * columns < sums.length; row++) {
    const products = sums.subarray(row * columns, (row + 1) * columns);
    products.set(bias);
    const part = numbers.subarray(row * width, (row + window) * width);
    addProduct(products, part, kernel, { width: columns, start: 0, end: columns });
  }
  return valuesOf(activation === "relu" ? sums.map((sum) => Math.max(0, sum)) : sums, columns);
}

// Returns for each place and head the sum of exp(query · key / √units) over all places, and the sum of the vectors with
// these weights. The last full computation is stored in the layer: where few places differ from it, as with a word left
// out, only their shares are exchanged.
function attend(values, layer, project, heads) {
  const { count } = values;
  const before = layer.attention;
  const places = before?.values.count === count ? differing(before.values, values) : undefined;
  if (!places || places.length > count / 3) {
    const [queries, keys, vectors] = project(values);
    const [scores, peaks, sums, totals] = [count, count * heads, count * heads, queries.length].map((size) => (
      new Float64Array(size)
    ));
    const units = queries.length / count / heads;
    layer.attention = { values, queries, keys, vectors, heads, units, scores, peaks, sums, totals };
    for (let row = 0; row < count * heads; row++) attendFrom(layer.attention, row);
    return layer.attention;
  }
  const [peaks, sums, totals] = [before.peaks, before.sums, before.totals].map((numbers) => numbers.slice());
  const after = { ...before, peaks, sums, totals };
  for (const place of places) weighIn(after, place, -1);
  const projected = project(rowsOf(values, places));
  ["queries", "keys", "vectors"].forEach((name, part) => {
    after[name] = replaced(before[name], projected[part], places);
  });
  for (const place of places) weighIn(after, place, 1);
  const isNew = new Set(places);
  sums.forEach((sum, row) => {
    // Where a sum has become very small, rounding errors would show.
    if (isNew.has(Math.floor(row / heads)) || sum < LITTLE * before.sums[row]) attendFrom(after, row);
  });
  return after;
}

function differing(before, { numbers, width, count }) {
  return [...Array(count).keys()].filter((place) => {
    for (let index = place * width; index < (place + 1) * width; index++) {
      if (numbers[index] !== before.numbers[index]) return true;
    }
    return false;
  });
}

function rowsOf({ numbers, width }, places) {
  return valuesOf(joined(places.map((place) => numbers.subarray(place * width, (place + 1) * width)), width), width);
}

function replaced(before, rows, places) {
  const numbers = before.slice();
  const width = rows.length / places.length;
  places.forEach((place, index) => numbers.set(rows.subarray(index * width, (index + 1) * width), place * width));
  return numbers;
}

// A row is one head at one place; its peak is subtracted from the scores before exp.
function attendFrom({ queries, keys, vectors, heads, units, scores, peaks, sums, totals }, row) {
  const [from, step] = [row * units, heads * units];
  const head = from % step;
  let peak = -Infinity;
  for (let place = 0; place < scores.length; place++) {
    scores[place] = product(queries, from, keys, place * step + head, units);
    peak = Math.max(peak, scores[place]);
  }
  peaks[row] = peak;
  sums[row] = 0;
  totals.fill(0, from, from + units);
  for (let place = 0; place < scores.length; place++) {
    const weight = Math.exp(scores[place] - peak);
    sums[row] += weight;
    for (let unit = 0; unit < units; unit++) totals[from + unit] += weight * vectors[place * step + head + unit];
  }
}

// Adds one place's share to all rows, or subtracts it.
function weighIn({ queries, keys, vectors, heads, units, peaks, sums, totals }, place, sign) {
  for (let row = 0; row < sums.length; row++) {
    const [from, at] = [row * units, (place * heads + row % heads) * units];
    const weight = sign * Math.exp(product(queries, from, keys, at, units) - peaks[row]);
    sums[row] += weight;
    for (let unit = 0; unit < units; unit++) totals[from + unit] += weight * vectors[at + unit];
  }
}

function product(queries, from, keys, at, units) {
  let score = 0;
  for (let unit = 0; unit < units; unit++) score += queries[from + unit] * keys[at + unit];
  return score / Math.sqrt(units);
}

function mixtures({ totals, sums, heads, units }) {
  return valuesOf(Float32Array.from(totals, (total, index) => total / sums[Math.floor(index / units)]), heads * units);
}

// Numbers of mean 0 and standard deviation 1 at each place, scaled by gamma and shifted by beta.
function normalized({ numbers, count, width }, gamma, beta) {
  const result = new Float32Array(numbers.length);
  for (let place = 0; place < count; place++) {
    const row = numbers.subarray(place * width, (place + 1) * width);
    const mean = row.reduce((sum, number) => sum + number, 0) / width;
    const variance = row.reduce((sum, number) => sum + (number - mean) ** 2, 0) / width;
    const factor = 1 / Math.sqrt(variance + EPSILON);
    for (let column = 0; column < width; column++) {
      result[place * width + column] = (row[column] - mean) * factor * gamma[column] + beta[column];
    }
  }
  return valuesOf(result, width);
}
