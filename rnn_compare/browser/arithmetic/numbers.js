// Unpacks what browser/numbers.py packs: numbers of messages at once, those of files by gzip.

// Returns numbers of which a 1 has so many steps; null for a missing one, the least integer.
/** @param {Int8ArrayConstructor | Int16ArrayConstructor} Integers @returns {any[]} */
export function unpacked(text, steps = 1e4, Integers = Int16Array) {
  const missing = -(2 ** (8 * Integers.BYTES_PER_ELEMENT - 1));
  return Array.from(new Integers(bytesOf(text).buffer), (whole) => (whole === missing ? null : whole / steps));
}

// Returns numbers of a type that are compressed: all lowest bytes come first.
export async function decompressed(text, Numbers) {
  const planes = await unzipped(bytesOf(text));
  const size = Numbers.BYTES_PER_ELEMENT;
  const [bytes, count] = [new Uint8Array(planes.length), planes.length / size];
  for (let plane = 0; plane < size; plane++) {
    for (let index = 0; index < count; index++) bytes[index * size + plane] = planes[plane * count + index];
  }
  return new Numbers(bytes.buffer);
}

// Returns the bytes of a file that was compressed by gzip.
export async function unzipped(bytes) {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

// Browsers older than 2025 lack `fromBase64`, which takes a tenth of the time.
function bytesOf(text) {
  return Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}
