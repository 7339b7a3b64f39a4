// What is packed in the file, by gzip and base64: texts, and 16-bit floats with all low bytes before all high bytes.

export async function unpackNumbers(text) {
  const bytes = new Uint8Array(await inflated(text).arrayBuffer());
  const count = bytes.length / 2;
  const table = halfFloats();
  const numbers = new Float32Array(count);
  for (let index = 0; index < count; index++) numbers[index] = table[bytes[index] + 256 * bytes[count + index]];
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

// All 65,536 of them: looked up faster than worked out.
function halfFloats() {
  return Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (!exponent) return sign * fraction * 2 ** -24;
    return exponent === 31 ? NaN : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
