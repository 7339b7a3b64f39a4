// Everything that a seed decides: initial weights and the order of reviews. Integers, and arithmetic that IEEE 754
// prescribes to the last bit (no logarithm, no cosine), so that every browser gets the same numbers.

const WARM_UP = 12;
const IRWIN_HALL = 12; // uniform numbers whose sum, less 6, is nearly normal with a variance of 1

// Returns a generator of 32-bit integers for a seed and a stream: Chris Doty-Humphrey's sfc32 (2010).
export function generator(seed, stream) {
  let [a, b, c, count] = [0, seed | 0, stream | 0, 1];
  const next = () => {
    const sum = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let k = 0; k < WARM_UP; k++) next();
  return next;
}

const uniform = (next) => (next() >>> 8) / 2 ** 24;

const INITIALIZERS = {
  // One constant for each part of equal size, such as a bias' blocks.
  constants: (_next, numbers, _shape, constants) => (
    numbers.map((_, index) => constants[Math.floor(index * constants.length / numbers.length)])
  ),
  identity: (_next, numbers, [, columns]) => numbers.map((_, index) => Number(index % (columns + 1) === 0)),
  uniform: (next, numbers, _shape, [low, high]) => numbers.map(() => low + (high - low) * uniform(next)),
  glorot_uniform: (next, numbers, [rows, columns]) => {
    const limit = Math.sqrt(6 / (rows + columns));
    return numbers.map(() => (2 * uniform(next) - 1) * limit);
  },
  orthogonal: (next, numbers, [rows, columns]) => {
    for (let index = 0; index < numbers.length; index++) {
      let sum = -IRWIN_HALL / 2;
      for (let k = 0; k < IRWIN_HALL; k++) sum += uniform(next);
      numbers[index] = sum;
    }
    // Gram and Schmidt: each row, less its parts along the rows before, of length 1.
    const product = (a, b) => {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += numbers[a * columns + k] * numbers[b * columns + k];
      return sum;
    };
    for (let row = 0; row < rows; row++) {
      for (let before = 0; before < row; before++) {
        const along = product(row, before);
        for (let column = 0; column < columns; column++) {
          numbers[row * columns + column] -= along * numbers[before * columns + column];
        }
      }
      const length = Math.sqrt(product(row, row));
      for (let column = 0; column < columns; column++) numbers[row * columns + column] /= length;
    }
    return numbers;
  },
};

// Returns the initial weights of tensors, each { shape, initializer, options }, one stream each.
/** @param {Tensor[]} tensors @param {number} seed */
export function initialWeights(tensors, seed) {
  return tensors.map(({ shape, initializer, options = [] }, stream) => {
    const numbers = new Float64Array(shape.reduce((size, length) => size * length, 1));
    return Float32Array.from(INITIALIZERS[initializer](generator(seed, stream), numbers, shape, options));
  });
}

const ORDER_STREAM = 1 << 16;

// Returns the order in which an epoch, from 0, reads `count` reviews: Fisher and Yates' shuffle.
export function orderOf(seed, epoch, count) {
  const next = generator(seed, ORDER_STREAM + epoch);
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(next() / 2 ** 32 * (index + 1));
    [order[index], order[other]] = [order[other], order[index]];
  }
  return order;
}
