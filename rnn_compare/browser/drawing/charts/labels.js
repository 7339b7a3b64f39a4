// Labels beside each other at the ends of lines, of one or more rows.

export const LINE_HEIGHT = 1.25; // in multiples of the text size

// Moves labels up or down until none overlap, each as near to its value as possible.
export function apart(labels, { low, high, height, size }) {
  const perPixel = (high - low) / height;
  const line = perPixel * LINE_HEIGHT * size;
  const placed = labels
    .map((label) => ({ label, y: label.y, half: 0.5 * line * rowsOf(label.text).length }))
    .sort((a, b) => a.y - b.y);
  let floor = low - 0.49 * line; // Plotly leaves out a label on the very edge
  for (const one of placed) {
    one.y = Math.max(one.y, floor + one.half);
    floor = one.y + one.half;
  }
  let ceiling = high;
  for (const one of [...placed].reverse()) {
    one.y = Math.min(one.y, ceiling - one.half);
    ceiling = one.y - one.half;
  }
  return placed.map(({ label, y }) => ({ ...label, y }));
}

export function rowsOf(text) {
  return text.split("<br>");
}
