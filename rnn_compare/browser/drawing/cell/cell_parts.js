// What carries numbers in a cell's drawing: strips of squares, and dots on the curve of tanh.

import { add, set } from "../../common/svg.js";

export const SHOWN = 32; // units that can be counted from the back of a lecture hall
const [LENGTH, DEPTH] = [104, 13];

// A row of small squares in a group, one for each unit, around its origin; two rows if that makes them larger. The
// square of the selected unit, at `place`, has a frame.
export function drawStrip(group, isGate) {
  const length = Number(group.dataset.length ?? LENGTH);
  let squares = [];
  return (numbers, scale = 1, place = undefined) => {
    const count = Math.min(numbers.length, SHOWN);
    if (squares.length !== count) squares = laySquares(group, count, length);
    squares.forEach((square, unit) => {
      const value = Number.isFinite(numbers[unit]) ? numbers[unit] / scale : 0;
      const tone = isGate ? "rc-cell-gate" : value < 0 ? "rc-cell-below" : "rc-cell-above";
      set(square, {
        class: unit === place ? `${tone} rc-cell-selected` : tone,
        "fill-opacity": Math.min(1, Math.abs(value)).toFixed(2),
      });
    });
  };
}

function laySquares(group, count, length) {
  group.replaceChildren();
  const sizes = [1, 2].map((rows) => Math.min(length / Math.ceil(count / rows), DEPTH / rows));
  const rows = sizes[1] > sizes[0] ? 2 : 1;
  const size = sizes[rows - 1];
  const columns = Math.ceil(count / rows);
  const [left, top] = [(-columns * size) / 2, (-rows * size) / 2];
  const [width, height] = [columns * size + 2, rows * size + 2];
  add(group, "rect", { class: "rc-cell-paper", x: left - 1, y: top - 1, width, height });
  return Array.from({ length: count }, (_, unit) => add(group, "rect", {
    x: left + (unit % columns) * size + 0.3, y: top + Math.floor(unit / columns) * size + 0.3,
    width: size - 0.6, height: size - 0.6,
  }));
}

// A dot for each unit on the curve of tanh, from −scale to scale: gradients pass on the steep part and vanish on the
// flat ends.
export function drawDots(group) {
  const { scale, across, up } = group.dataset;
  let dots = [];
  return (sums) => {
    const shown = Array.from(sums.slice(0, SHOWN), (sum) => (Number.isFinite(sum) ? sum : 0));
    if (dots.length !== shown.length) {
      dots = shown.map(() => add(null, "circle", { r: 5.5 }));
      group.replaceChildren(...dots);
    }
    dots.forEach((dot, unit) => set(dot, {
      cx: (Math.max(-1, Math.min(1, shown[unit] / scale)) * across / 2).toFixed(1),
      cy: (-Math.tanh(shown[unit]) * up / 2).toFixed(1),
    }));
  };
}

export function percent(share) {
  return Number.isFinite(share) ? `${Math.round(100 * share)}\u00a0%` : "–";
}
