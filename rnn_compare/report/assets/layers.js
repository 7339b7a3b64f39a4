// The layers of networks without recurrence, by the names of their Keras classes. feedforward/*.py says which follow
// each other and computes the same in NumPy. Each takes and returns `values`: a row of `width` numbers for each place.

import { addProduct } from "./timestep.js";

const EPSILON = 1e-3; // of Keras' LayerNormalization
const MASKED = -1e9; // where nothing is read: never a maximum

export const LAYERS = {
  GlobalAveragePooling1D: ({ numbers, count, width }) => {
    const mean = pooled(numbers, width, 0, (sum, value) => sum + value);
    return valuesOf(mean.map((sum) => sum / Math.max(1, count)), width);
  },
  GlobalMaxPooling1D: ({ numbers, width }) => valuesOf(pooled(numbers, width, MASKED, Math.max), width),
  // What does not fill a window is dropped.
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
  TransformerEncoder: (values, { arguments: [, heads], tensors }) => {
    const layer = (name, input, options) => affine(input, tensors[`${name}/kernel`], tensors[`${name}/bias`], options);
    const norm = (name, input) => normalized(input, tensors[`${name}/gamma`], tensors[`${name}/beta`]);
    const [queries, keys, vectors] = ["query", "key", "value"].map((name) => layer(`attention/${name}`, values));
    const mixed = layer("attention/attention_output", attended(queries, keys, vectors, heads));
    const inner = norm("first_norm", added(values, mixed));
    const hidden = layer("hidden", inner, { activation: "relu" });
    return norm("second_norm", added(inner, layer("projection", hidden)));
  },
};

// What the last layer, Dense, reads: what the layers between it and the embedding make of a row of ids.
export function featuresOf({ embedding, embedding_size: width, skips_padding: skips, between }, ids) {
  const places = [...ids.keys()].filter((place) => !skips || ids[place] !== 0);
  const vectors = places.map((place) => embedding.subarray(ids[place] * width, (ids[place] + 1) * width));
  const read = (values, layer) => LAYERS[layer.kind](values, layer);
  return between.reduce(read, { ...valuesOf(joined(vectors, width), width), places }).numbers;
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

// For each place and head the mean of all vectors, weighted by softmax(query · key / √units).
function attended(queries, keys, vectors, heads) {
  const { count, width } = queries;
  const result = new Float32Array(count * width);
  const units = width / heads;
  const weights = new Float64Array(count);
  for (let start = 0; start < result.length; start += units) {
    const query = queries.numbers.subarray(start, start + units);
    const head = start % width;
    const sum = weigh(weights, query, keys, head);
    for (let place = 0; place < count; place++) {
      const share = weights[place] / sum;
      const offset = place * width + head;
      for (let unit = 0; unit < units; unit++) result[start + unit] += share * vectors.numbers[offset + unit];
    }
  }
  return valuesOf(result, width);
}

// Sets how much the query attends to each place, up to a factor; returns the sum.
function weigh(weights, query, { numbers, width }, head) {
  const scale = 1 / Math.sqrt(query.length);
  let highest = -Infinity;
  for (let place = 0; place < weights.length; place++) {
    const offset = place * width + head;
    let score = 0;
    for (let unit = 0; unit < query.length; unit++) score += query[unit] * numbers[offset + unit];
    weights[place] = score * scale;
    highest = Math.max(highest, weights[place]);
  }
  let sum = 0;
  for (let place = 0; place < weights.length; place++) {
    weights[place] = Math.exp(weights[place] - highest);
    sum += weights[place];
  }
  return sum;
}

// Numbers of mean 0 and deviation 1 at each place, scaled and moved.
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
