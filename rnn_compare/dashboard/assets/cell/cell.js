// Draws one recurrent cell as an SVG whose wires carry the numbers of the current word.
//
//   const { node, update } = drawCell(drawing, "LSTM", "#0072b2");
//   update({ word, input, state_before, state, i, f, candidate, o, carry_before, carry, carry_scale });
//
// A drawing is a list of parts (charts/cells/parts.py). A part shows one of the values by its name, or an expression of
// several. All drawings share one sheet of WIDTH × HEIGHT, so that cells next to each other line up.

import { setText } from "../common/dom.js";
import {
  HEIGHT, WIDTH, add, drawWord, gate, joint, key, label, mean, operation, percent, pill, strip, tanhCurve, track, wire,
} from "./cell_parts.js";

// Each draws a part. Most return a function that shows a word's values on it and may return a description.
const PARTS = {
  Strip: (sheet, { x, y, shows, scale, vertical }) => {
    const show = strip(sheet, x, y, { vertical });
    return (values) => { show(resolve(shows, values), largest(scale, values), values.place); };
  },
  Label: (sheet, { x, y, text, anchor, share }) => {
    if (share === null) return void label(sheet, x, y, text, { anchor });
    const node = label(sheet, x, y, "", { anchor, className: "rc-cell-said" });
    return (values) => {
      setText(node, text.replace("{}", percent(shareOf(share, values))));
      return node.textContent;
    };
  },
  GateBox: (sheet, { x, y, name, activation, shows, says, scale }) => {
    const show = gate(sheet, x, y, { name, activation, says });
    return (values) => show(resolve(shows, values), largest(scale, values), shareOf(shows, values), values.place);
  },
  Wire: (sheet, { points, arrow }) => wire(sheet, points, arrow),
  Track: (sheet, { start, end, y, arrow, keeps }) => {
    const show = track(sheet, start, end, y, arrow);
    if (keeps !== null) return (values) => { show(shareOf(keeps, values)); };
  },
  Operation: (sheet, { sign, x, y, radius }) => operation(sheet, sign, x, y, radius),
  Joint: (sheet, { x, y }) => joint(sheet, x, y),
  Pill: (sheet, { x, y, text }) => pill(sheet, x, y, text),
  TanhCurve: (sheet, { x, y, width, height, shows, saturated }) => {
    const show = tanhCurve(sheet, { x, y, width, height, saturated });
    return (values) => { show(resolve(shows, values)); };
  },
};

export function drawCell(drawing, cellName, color) {
  const node = add(null, "svg", {
    class: "rc-cell", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${cellName} cell`,
  });
  node.style.setProperty("--rc-color", color);
  add(node, "rect", { class: "rc-cell-frame", x: 6, y: 6, width: WIDTH - 12, height: 316, rx: 16 });
  // Later layers cover earlier ones.
  const sheet = {};
  for (const layer of ["tracks", "wires", "marks"]) sheet[layer] = add(node, "g", { class: `rc-cell-${layer}` });
  const showWord = drawWord(sheet);
  const shows = drawing.map((part) => PARTS[part.kind](sheet, part)).filter(Boolean);
  key(sheet, { gates: drawing.some(({ activation }) => activation === "σ") });
  return {
    node,
    update(values) {
      showWord(values);
      const said = shows.map((show) => show(values)).filter(Boolean).join(", ");
      node.setAttribute("aria-label", `${cellName} cell reading “${values.word}”: ${said}`);
    },
  };
}

// The numbers that a part shows, one for each unit: a signal, a product of several, or one minus either.
export function resolve(shown, values) {
  if (typeof shown === "string") return values[shown];
  if (shown.kind === "Complement") return resolve(shown.value, values).map((number) => 1 - number);
  return shown.factors.map((factor) => resolve(factor, values))
    .reduce((product, factor) => product.map((number, unit) => number * factor[unit]));
}

// The value of the selected unit, or the mean over all.
function shareOf(shown, values) {
  return values.place === undefined ? values.means?.[shown] ?? mean(resolve(shown, values))
    : resolve(shown, values)[values.place];
}

// The number drawn in full colour: a constant, or a signal's largest in the whole text, or else at this word.
export function largest(scale, values) {
  if (typeof scale === "number") return scale;
  const here = [...values[scale], ...(values[`${scale}_before`] ?? [])];
  return values[`${scale}_scale`] || Math.max(...here.map(Math.abs)) || 1;
}
