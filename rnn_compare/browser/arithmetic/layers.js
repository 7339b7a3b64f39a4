// The layers of networks without recurrence, by the names of their Keras classes. feedforward/*.py declares their order
// and computes the same in NumPy. Each takes and returns `values`: a row of `width` numbers for each place.

import { addProduct } from "./timestep.js";

const EPSILON = 1e-3; // of Keras' LayerNormalization
const MASKED = -1e9; // where nothing is read: never a maximum

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
    const projected = ["query", "key", "value"].map((name) => dense(`attention/${name}`, values).numbers);
    layer.attention = attend(values, projected, heads);
    const mixed = dense("attention/attention_output", mixtures(layer.attention));
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

const isAttention = ({ kind }) => kind === "TransformerEncoder";
export const hasAttention = (network) => Boolean(network.between?.some(isAttention));

// Returns a function from a position in a row of ids to its attention weights for all positions: means over heads, 0
// for padding that is not read; undefined for a network without attention.
export function attentionOf(network, ids) {
  const layer = network.between?.find(isAttention);
  if (!layer) return undefined;
  featuresOf(network, ids);
  const { count, queries, keys, heads, units, peaks, sums } = layer.attention;
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
function affine({ numbers, count, width }, kernel, bias, { activation = "", window = 1 } = {}) {
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
// these weights.
/** @param {{ count: number }} _ @param {Float32Array[]} projected @param {number} heads */
function attend({ count }, [queries, keys, vectors], heads) {
  const rows = count * heads;
  const [scores, peaks, sums, totals] = [count, rows, rows, queries.length].map((size) => new Float64Array(size));
  const attention = { count, queries, keys, vectors, heads, units: queries.length / rows, scores, peaks, sums, totals };
  for (let row = 0; row < rows; row++) attendFrom(attention, row);
  return attention;
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
  for (let place = 0; place < scores.length; place++) {
    const weight = Math.exp(scores[place] - peak);
    sums[row] += weight;
    for (let unit = 0; unit < units; unit++) totals[from + unit] += weight * vectors[place * step + head + unit];
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
