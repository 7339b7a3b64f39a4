// The distinct words of a batch, each with a record in memory: W·input + b is computed once for each, and gradients are
// summed by word before W is multiplied.

const BYTES = 4;
const AT_ONCE = 64; // records whose numbers stay in the processor's nearest cache

export class BatchWords {
  words = [];

  /** @param {Trainable} description @param {any} memory */
  constructor({ vocabulary_size: vocabulary, embedding_size: features }, memory) {
    const { kernel, bias, records, word, row, gradientOf, program, loops } = memory;
    this.memory = memory;
    this.addresses = new Int32Array(vocabulary); // of the records, 0 without one
    this.gather = program.prepared(loops.gather, { weight: memory.weightLists[0], input: records + word.input });
    this.addBias = program.prepared(loops.wordBias, { gradient: records + word.gatesums, total: gradientOf(bias) });
    const input = { a: records + word.input, inner: features };
    const [forward, , , ...places] = program.product({
      ...input, rows: 0, aRow: word.size, b: kernel, bRow: row, out: records + word.projected, outRow: word.size,
      from: bias, fromRow: 0, columns: row,
    });
    const [back, , , inputs, gradients, ...to] = program.product({
      ...input, rows: 0, aRow: 1, aStep: word.size, b: records + word.gatesums, bRow: word.size,
      out: gradientOf(kernel), outRow: row, columns: row,
    });
    this.multiply = (count) => program.run[forward](count, features, ...places);
    this.multiplyBack = (first, count) => {
      const start = first * word.size * BYTES;
      program.run[back](features, count, inputs + start, gradients + start, ...to);
    };
  }

  // Begins a batch without words.
  clear() {
    for (const word of this.words) this.addresses[word] = 0;
    this.words = [];
  }

  // Adds a word that has no record yet, with gradients of zero.
  add(word) {
    const { numbers, lists, records, word: record, depth, weightLists, weightStarts } = this.memory;
    const slot = this.words.push(word) - 1;
    const start = records + slot * record.size;
    this.addresses[word] = start * BYTES;
    numbers.fill(0, start + record.gatesums, start + record.size);
    weightStarts.forEach((weights, place) => { lists[weightLists[place] + slot] = (weights + word * depth) * BYTES; });
  }

  // Computes W·input + b of all words.
  project() {
    this.gather(this.words.length);
    this.multiply(this.words.length);
  }

  // Adds the words' gradients to those of W and b.
  projectBack() {
    const count = this.words.length;
    for (let first = 0; first < count; first += AT_ONCE) this.multiplyBack(first, Math.min(AT_ONCE, count - first));
    this.addBias(count);
  }

  // Returns the words, and the sums of their gradients and squares, word by word.
  packed() {
    const { numbers, depth } = this.memory;
    const [size, sums] = [2 * depth, new Float32Array(this.words.length * 2 * depth)];
    this.words.forEach((word, slot) => {
      for (let k = 0, from = this.sums(word), to = slot * size; k < size; k++) sums[to + k] = numbers[from + k];
    });
    return { words: Int32Array.from(this.words), sums };
  }

  // Adds sums that were packed elsewhere.
  addPacked({ words, sums }) {
    const { numbers, depth } = this.memory;
    const size = 2 * depth;
    words.forEach((word, slot) => {
      if (!this.addresses[word]) this.add(word);
      for (let k = 0, from = slot * size, to = this.sums(word); k < size; k++) numbers[to + k] += sums[from + k];
    });
  }

  // Returns the place of the sums of a word's gradients, which are followed by those of their squares.
  sums(word) {
    return this.addresses[word] / BYTES + this.memory.word.sums;
  }
}
