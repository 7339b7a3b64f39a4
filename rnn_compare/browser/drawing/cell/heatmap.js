// A heat map of one signal of a cell, units × words, on a canvas: one pixel for each number, scaled by the browser.

// Signed values run from blue through the page's background to orange, gates from the background to violet.
export function colourOf(value, gate, tones) {
  if (gate) return mix(tones.paper, tones.gate, Math.max(0, value));
  return mix(tones.paper, value < 0 ? tones.negative : tones.positive, Math.min(1, Math.abs(value)));
}

/** @param {number[]} from @param {number[]} to @param {number} share @returns {number[]} */
function mix(from, to, share) {
  return from.map((channel, index) => Math.round(channel + (to[index] - channel) * share));
}

export function tonesOf(look) {
  const dark = luminance(channels(look.paper)) < 0.4;
  return {
    paper: channels(look.paper),
    negative: dark ? [74, 163, 255] : [20, 95, 190],
    positive: dark ? [255, 157, 60] : [214, 94, 0],
    gate: dark ? [235, 225, 255] : [60, 30, 120],
  };
}

function channels(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** @param {number[]} colour */
function luminance([red, green, blue]) {
  return (0.3 * red + 0.6 * green + 0.1 * blue) / 255;
}

// values: numbers with their scale, words × units; first: the number of words cut off at the start.
export function drawHeatmap(canvas, { values, units, words, first, gate }, tones) {
  canvas.width = words;
  canvas.height = units;
  const context = canvas.getContext("2d");
  const image = context.createImageData(words, units);
  const full = gate ? 1 : values.scale;
  for (let word = first; word < words; word++) {
    for (let unit = 0; unit < units; unit++) {
      const [red, green, blue] = colourOf(values[(word - first) * units + unit] / full, gate, tones);
      image.data.set([red, green, blue, 255], 4 * (unit * words + word));
    }
  }
  context.putImageData(image, 0, 0);
}
