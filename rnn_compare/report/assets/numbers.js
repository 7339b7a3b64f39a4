// What is packed in the file, by gzip and base64: texts, and 16-bit floats with all low bytes before all high bytes.

// The distance between two 16-bit floats of an exponent.
const STEPS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (Math.max(1, exponent) - 25));

export async function unpackNumbers(text) {
  const bytes = new Uint8Array(await inflated(text).arrayBuffer());
  const count = bytes.length / 2;
  const numbers = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const high = bytes[count + index];
    const exponent = (high >> 2) & 31;
    const fraction = bytes[index] + 256 * (high & 3) + (exponent ? 1024 : 0);
    numbers[index] = (high & 128 ? -fraction : fraction) * STEPS[exponent];
  }
  return numbers;
}

export function unpackText(text) {
  return inflated(text).text();
}

function inflated(text) {
  const signs = atob(text);
  const packed = new Uint8Array(signs.length);
  for (let index = 0; index < signs.length; index++) packed[index] = signs.charCodeAt(index);
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
}
