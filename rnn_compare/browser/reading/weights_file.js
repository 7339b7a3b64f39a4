// A trained network as one file, the same that rnn_compare/runs/network_file.py reads and writes: a zip without
// compression with NumPy's arrays arr_0, arr_1, … in Keras' order, and experiment.json.

const SETTINGS = "experiment.json";
const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50]; // signatures of a zip's parts
const END_SIZE = 22; // bytes
const NUMPY = "\x93NUMPY";
const DAMAGED = "This is not a network's file, or it is damaged. Save the network again.";
const ALIGNED = 64; // bytes: the size of an array's header is a multiple of it

// tensors: of the network's description, with their shapes. settings: { experiment, epochs, weights_epoch }: the fields
// of an experiment, { accuracy, loss, val_accuracy, val_loss, seconds } of each epoch, the epoch of the weights.
/** @param {{ tensors: { shape: number[] }[] }} _ @param {object} settings @param {Float32Array[]} weights */
export function weightsFile({ tensors }, settings, weights) {
  const arrays = weights.map((numbers, place) => [`arr_${place}.npy`, arrayFile(tensors[place].shape, numbers)]);
  return zipped([...arrays, [SETTINGS, new TextEncoder().encode(JSON.stringify(settings))]]);
}

// Returns { settings, weights, shapes } of a file; throws an error with a sentence for another file.
/** @param {Uint8Array} bytes */
export function readWeightsFile(bytes) {
  try {
    const members = unzipped(bytes);
    const settings = JSON.parse(new TextDecoder().decode(members.get(SETTINGS)));
    const arrays = Array.from({ length: members.size - 1 }, (_, place) => arrayOf(members.get(`arr_${place}.npy`)));
    const isWhole = settings.experiment && settings.epochs[settings.weights_epoch - 1];
    if (!isWhole || !arrays.length) throw new Error(SETTINGS);
    return { settings, weights: arrays.map(({ numbers }) => numbers), shapes: arrays.map(({ shape }) => shape) };
  } catch (error) {
    throw new Error(DAMAGED, { cause: error });
  }
}

// Whether arrays of these shapes are the weights of a network with this description.
/** @param {{ tensors: { shape: number[] }[] }} description @param {number[][]} shapes */
export const fits = ({ tensors }, shapes) => tensors.map(({ shape }) => shape.join()).join(";") === shapes.join(";");

function arrayFile(shape, numbers) {
  const listed = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const plain = `{'descr': '<f4', 'fortran_order': False, 'shape': (${listed}), }`;
  const prefix = NUMPY.length + 4;
  const size = Math.ceil((prefix + plain.length + 1) / ALIGNED) * ALIGNED - prefix;
  const header = `${NUMPY}\x01\x00${String.fromCodePoint(size & 255, size >> 8)}${plain.padEnd(size - 1)}\n`;
  const file = new Uint8Array(header.length + 4 * numbers.length);
  file.set(Array.from(header, (sign) => sign.codePointAt(0)));
  file.set(new Uint8Array(numbers.buffer, numbers.byteOffset, 4 * numbers.length), header.length);
  return file;
}

function arrayOf(file) {
  const start = NUMPY.length + 4;
  const end = start + new DataView(file.buffer, file.byteOffset).getUint16(start - 2, true);
  const header = String.fromCodePoint(...file.subarray(0, end));
  const [, sizes] = /'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(header);
  const shape = sizes.split(",").map((size) => size.trim()).filter(Boolean).map(Number);
  const numbers = new Float32Array(file.slice(end).buffer);
  const count = shape.reduce((product, size) => product * size, 1);
  if (!header.startsWith(`${NUMPY}\x01`) || numbers.length !== count || !numbers.every(Number.isFinite)) {
    throw new Error(header);
  }
  return { shape, numbers };
}

// files: pairs of a name in ASCII and bytes.
function zipped(files) {
  const [bodies, entries] = [[], []];
  let offset = 0;
  for (const [name, bytes] of files) {
    const named = new TextEncoder().encode(name);
    // Version 2.0, no flags, stored, 1 January 1980.
    const shared = [[2, 20], [2, 0], [2, 0], [2, 0], [2, 33], [4, checksum(bytes)], [4, bytes.length],
      [4, bytes.length], [2, named.length], [2, 0]];
    bodies.push(fields([[4, LOCAL], ...shared]), named, bytes);
    entries.push(fields([[4, CENTRAL], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), named);
    offset = sizeOf(bodies);
  }
  const count = files.length;
  const end = [[4, END], [2, 0], [2, 0], [2, count], [2, count], [4, sizeOf(entries)], [4, offset], [2, 0]];
  return joined([...bodies, ...entries, fields(end)]);
}

function unzipped(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - END_SIZE;
  while (view.getUint32(end, true) !== END) end--; // a comment may follow; a missing one raises an error
  let entry = view.getUint32(end + 16, true);
  const members = new Map();
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [stored, size, name, extra, note] = [10, 24, 28, 30, 32].map((at) => (
      at === 24 ? view.getUint32(entry + at, true) : view.getUint16(entry + at, true)
    ));
    const start = view.getUint32(entry + 42, true);
    const isEntry = view.getUint32(entry, true) === CENTRAL && view.getUint32(start, true) === LOCAL;
    if (!isEntry || stored) throw new Error("zip");
    const content = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    const member = bytes.subarray(content, content + size);
    if (checksum(member) !== view.getUint32(entry + 16, true)) throw new Error("checksum");
    members.set(new TextDecoder().decode(bytes.subarray(entry + 46, entry + 46 + name)), member);
    entry += 46 + name + extra + note;
  }
  return members;
}

// sized: pairs of a number's bytes, 2 or 4, and the number.
function fields(sized) {
  const bytes = new Uint8Array(sized.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of sized) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

const sizeOf = (parts) => parts.reduce((sum, { length }) => sum + length, 0);

function joined(parts) {
  const whole = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// A zip's: CRC-32.
function checksum(bytes) {
  let rest = -1;
  for (const byte of bytes) rest = TABLE[(rest ^ byte) & 255] ^ (rest >>> 8);
  return ~rest >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});
