// The names of lines beside their ends, where charts are SVG.

import { add, addText } from "../../common/svg.js";
import { apart, fitted, LINE_HEIGHT } from "../charts/labels.js";

const [TYPE, SQUARE] = [14, 9]; // pixels
const AROUND = 60; // pixels above and below a plot

// Returns the names in rows, and the room that they need on the right of a chart of a size.
// lines: of { name, color, y }, where y has the values.
export function namesOf(lines, { width, height }) {
  const labels = lines.map(({ name, color, y }) => ({ text: name, color, y: y.at(-1) }));
  return fitted(labels, { width, height: height - AROUND, size: TYPE });
}

// Draws these names, each after a square in its line's colour.
export function drawNames(sheet, scales, { labels, size }) {
  const { left, top: above, wide, tall } = scales.box;
  const x = left + wide + 9;
  const ends = labels.map((label) => ({ ...label, y: above + tall - scales.y(label.y) })); // upwards from the axis
  for (const { rows, color, y: up } of apart(ends, { low: 0, high: tall, height: tall, size })) {
    const y = above + tall - up;
    if (color) add(sheet, "rect", { x, y: y - SQUARE / 2, width: SQUARE, height: SQUARE, fill: color });
    const first = y + 0.35 * size - 0.5 * (rows.length - 1) * LINE_HEIGHT * size;
    for (const [place, row] of rows.entries()) {
      const text = addText(sheet, x + (color ? SQUARE + 4 : 0), first + place * LINE_HEIGHT * size, row, "start");
      text.style.fontSize = `${size}px`;
    }
  }
}
