// Unpacks the file's gzip and base64: texts, and 16-bit floats with all low bytes before all high bytes.

// By a float's high byte: the distance to the next one of its exponent, with its sign, and how many of these it has.
const HIGH_BYTES = [...Array(256).keys()];
const STEPS = Float64Array.from(HIGH_BYTES, (high) => (high & 128 ? -1 : 1) * 2 ** (Math.max(1, high >> 2 & 31) - 25));
const COUNTS = Float64Array.from(HIGH_BYTES, (high) => 256 * (high & 3) + (high & 124 ? 1024 : 0));

export async function unpackNumbers(text) {
  const bytes = new Uint8Array(await inflated(text).arrayBuffer());
  const numbers = new Float32Array(bytes.length / 2);
  const highs = bytes.subarray(numbers.length);
  for (let index = 0; index < numbers.length; index++) {
    numbers[index] = (COUNTS[highs[index]] + bytes[index]) * STEPS[highs[index]];
  }
  return numbers;
}

// Returns whole numbers of `size` bytes, little endian, of which all low bytes come before all high bytes.
export async function unpackBytes(text, size) {
  const planes = new Uint8Array(await inflated(text).arrayBuffer());
  const count = planes.length / size;
  return planes.map((_, index) => planes[(index % size) * count + Math.floor(index / size)]);
}

export function unpackText(text) {
  return inflated(text).text();
}

function inflated(text) {
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  writer.write(bytesOf(text));
  writer.close();
  return new Response(readable);
}

// Browsers older than 2025 lack `fromBase64`, which takes a tenth of the time.
function bytesOf(text) {
  return Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}
