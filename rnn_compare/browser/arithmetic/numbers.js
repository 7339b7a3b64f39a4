// Unpacks the file's gzip and base64: texts, and numbers of which all lowest bytes come first.

// Returns 32-bit floats.
export async function unpackNumbers(text) {
  return new Float32Array((await unpackBytes(text, 4)).buffer);
}

// Returns the bytes of numbers of `size` bytes, little endian.
export async function unpackBytes(text, size) {
  const planes = new Uint8Array(await inflated(text).arrayBuffer());
  const [bytes, count] = [new Uint8Array(planes.length), planes.length / size];
  for (let plane = 0; plane < size; plane++) {
    for (let index = 0; index < count; index++) bytes[index * size + plane] = planes[plane * count + index];
  }
  return bytes;
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
