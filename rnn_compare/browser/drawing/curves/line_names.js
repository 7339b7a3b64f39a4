// The names of lines beside their ends, where charts are SVG.

import { add, addText } from "../../common/svg.js";
import { apart, LINE_HEIGHT, rowsOf } from "../charts/labels.js";

const LONGEST_NAME = 16;
const LETTER = 7.6;
const [TYPE, SQUARE] = [14, 9]; // pixels

// The names of lines beside their ends, each after a square in its line's colour.
export function drawNames(sheet, scales, lines) {
  const { top: above, tall } = scales.box;
  const end = ({ name, color, x, y }) => ({ // upwards from the axis, in pixels
    text: inRows(name).join("<br>"), color, x: scales.x(x.at(-1)) + 9, y: above + tall - scales.y(y.at(-1)),
  });
  const labels = lines.map((line) => end(line));
  for (const { text, color, x, y: up } of apart(labels, { low: 0, high: tall, height: tall, size: TYPE })) {
    const y = above + tall - up;
    if (color) add(sheet, "rect", { x, y: y - 4, width: SQUARE, height: SQUARE, fill: color });
    const rows = rowsOf(text);
    const top = y + 5 - 0.5 * (rows.length - 1) * LINE_HEIGHT * TYPE;
    for (const [place, row] of rows.entries())
      addText(sheet, x + (color ? SQUARE + 4 : 0), top + place * LINE_HEIGHT * TYPE, row, "start");
  }
}

// Pixels that the names take, on the right.
export function roomFor(lines) {
  const lengths = lines.flatMap(({ name }) => inRows(name).map(({ length }) => length));
  return 14 + SQUARE + 4 + LETTER * Math.max(0, ...lengths);
}

// A long name in two rows, each as far as there is room.
export function inRows(name) {
  const rows = name.length > LONGEST_NAME ? name.replace(" ", "<br>") : name;
  return rowsOf(rows).map((row) => (row.length > LONGEST_NAME ? `${row.slice(0, LONGEST_NAME - 1)}…` : row));
}
