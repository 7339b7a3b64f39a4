// A chart and a run as Python sends them, of a figure that no script knows by name. TypeScript checks their shape.

// As browser/numbers.py packs them.
export const packed = (...values) => (
  base64(Int16Array.from(values, (value) => (value === null ? -32_768 : Math.round(1e4 * value))))
);
export const packedCounts = (...counts) => base64(Int8Array.from(counts));

function base64(whole) {
  return btoa(String.fromCodePoint(...new Uint8Array(whole.buffer)));
}

/** @type {Chart} */
export const CHART = {
  name: "speed", title: "Speed", training: "speed", validation: "val_speed", solid: "validation",
  called: "validation speed", tickformat: ".0f", hoverformat: ".1f", unit: " %", log: false, best: "highest",
  factor: 100, range: [0.4, 1.005],
};

/** @type {Curves} */
export const RUN = {
  id: "a", label: "A", color: "red", marker: "circle",
  figures: { speed: packed(0.8624, 0.8624), val_speed: packed(0.8624, null) },
  trail: { at: packed(0.2226, 0.4596), figures: { speed: packed(0, 0.8624) } },
};
