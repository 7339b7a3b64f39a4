// A small assembler of WebAssembly: functions of 32-bit integers over one imported memory, with vectors of four floats.

const [I32, V128, EMPTY] = [0x7f, 0x7b, 0x40];
const SECTION = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 };
// min and max are the pseudo-minimum and -maximum, one instruction where the others are seven: b < a ? b : a.
const ARITHMETIC = {
  add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, min: 0xea, max: 0xeb, neg: 0xe1, sqrt: 0xe3,
  multiplyAdd: 0x105, // a · b + c, relaxed: rounded once or twice, as the processor has it
};

// An unsigned number in LEB128, seven bits a byte.
function unsigned(number) {
  const bytes = [];
  for (; number >= 0x80; number >>>= 7) bytes.push((number & 0x7f) | 0x80);
  return [...bytes, number];
}

function signed(number) {
  const bytes = [];
  for (; number < -0x40 || number >= 0x40; number >>= 7) bytes.push((number & 0x7f) | 0x80);
  return [...bytes, number & 0x7f];
}

const vector = (code, ...rest) => [0xfd, ...unsigned(code), ...rest.flat()];

// Instructions as bytes; operands come before them, as on a stack.
/** @type {Record<string, any>} */
export const op = {
  get: (local) => [0x20, ...unsigned(local)],
  set: (local) => [0x21, ...unsigned(local)],
  integer: (number) => [0x41, ...signed(number)],
  increase: (local, number) => [...op.get(local), ...op.integer(number), ...op.plus, ...op.set(local)],
  copy: (from, to) => [...op.get(from), ...op.set(to)],
  shifted: (local, bits) => [...op.get(local), ...op.integer(bits), 0x76],
  masked: (local, mask) => [...op.get(local), ...op.integer(mask), 0x71],
  call: (index) => [0x10, ...unsigned(index)],
  loadInteger: (offset = 0) => [0x28, 2, ...unsigned(offset)],
  drop: [0x1a],
  plus: [0x6a], // of integers
  minus: [0x6b],
  load: (offset = 0) => vector(0x00, 2, unsigned(offset)),
  splat: (offset = 0) => vector(0x09, 2, unsigned(offset)), // one float, four times
  store: (offset = 0) => vector(0x0b, 2, unsigned(offset)),
  constant: (number) => vector(0x0c, [...new Uint8Array(new Float32Array(4).fill(number).buffer)]),
  // A vector, with zero where a magnitude is below the limit.
  flush: (local, limit) => [
    ...op.get(local), ...op.get(local), ...vector(0xe0), ...op.get(limit), ...vector(0x46), ...vector(0x4e),
  ],
  ...Object.fromEntries(Object.entries(ARITHMETIC).map(([name, code]) => [name, vector(code)])),
  // Repeats while `local`, a number above 0, counts down to 0 in steps.
  repeat: (local, step, body) => [
    0x03, EMPTY, ...body, ...op.get(local), ...op.integer(step), ...op.minus, 0x22, ...unsigned(local), 0x0d, 0, 0x0b,
  ],
  // Runs the body if `local`, unsigned, is at least a number.
  ifAtLeast: (local, number, body) => [...op.get(local), ...op.integer(number), 0x4f, 0x04, EMPTY, ...body, 0x0b],
};

// Whether WebAssembly has vectors here, and the page may use it.
export const hasVectors = () => compiles(op.constant(0));

// Whether it has the relaxed multiply-add too, whose bits differ between processors.
export const hasMultiplyAdd = () => compiles([...times(3, () => op.constant(0)), ...op.multiplyAdd]);

function compiles(instructions) {
  try {
    const body = [...instructions, ...op.set(0)];
    return Boolean(new WebAssembly.Module(assemble([{ name: "test", parameters: 0, vectors: 1, body }])));
  } catch {
    return false;
  }
}

// Returns the instructions of some copies, each made from its number.
export const times = (size, make) => Array.from({ length: size }, (_, index) => make(index)).flat();

const sized = (bytes) => [...unsigned(bytes.length), ...bytes];
const list = (items) => [...unsigned(items.length), ...items.flat()];
const text = (name) => sized([...new TextEncoder().encode(name)]);

// Returns a module's bytes. Each function has a `name`, a number of `parameters` and of further locals, `integers` and
// `vectors`, which follow them in this order, and a `body`.
export function assemble(functions) {
  const section = (kind, items) => [SECTION[kind], ...sized(list(items))];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section("types", functions.map(({ parameters }) => (
      [0x60, parameters, ...new Uint8Array(parameters).fill(I32), 0]
    ))),
    ...section("imports", [[...text("browser"), ...text("memory"), 2, 0, 1]]),
    ...section("functions", functions.map((_, place) => unsigned(place))),
    ...section("exports", functions.map(({ name }, place) => [...text(name), 0, ...unsigned(place)])),
    ...section("code", functions.map(({ integers = 0, vectors = 0, body }) => (
      sized([...list([[...unsigned(integers), I32], [...unsigned(vectors), V128]]), ...body, 0x0b])
    ))),
  ]);
}
