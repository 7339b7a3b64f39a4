// Numbers as the server packs them.

// An epoch's figures: ten-thousandths, three base-36 digits each; ___ where there is none (a gap in its line).
// factor: how many of what is wanted 1 is, such as 100 for percent.
export function unpackFigures(text, factor = 1) {
  const digits = text.match(/.{3}/g) ?? [];
  return digits.map((three) => (three === "___" ? null : (factor * parseInt(three, 36)) / 1e4));
}

// What goes on in a cell: a byte each, in 127ths of the largest.
export function unpackBytes({ bytes, scale }) {
  const values = Int8Array.from(atob(bytes), (sign) => sign.charCodeAt(0));
  values.scale = scale;
  values.gateFull = 127 / scale; // the byte that stands for 1
  return values;
}
