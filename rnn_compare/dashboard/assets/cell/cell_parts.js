// The parts of a cell's drawing (charts/cells/parts.py), and the input word that all cells show.
// A sheet holds three layers; later ones cover earlier ones: tracks, wires, marks.

import { setText } from "../common/dom.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
export const WIDTH = 600;
export const HEIGHT = 364;
export const SHOWN = 32; // units that can be counted from the back of a lecture hall
const LETTERS = 14; // longer words do not fit their box

// The word in its box with its vector above, and the number of units drawn beside it.
export function drawWord(sheet) {
  const vector = strip(sheet, 300, 308);
  label(sheet, 362, 312, "input x_t", { anchor: "start" });
  // The inner sheet clips what does not fit, such as wide letters of other scripts.
  const box = add(sheet.marks, "svg", { x: 208, y: 328, width: 184, height: 34 });
  add(box, "rect", { class: "rc-cell-word", width: 184, height: 34, rx: 8 });
  const word = label({ marks: box }, 92, 24, "", { className: "rc-cell-said" });
  const count = label(sheet, 8, 352, "", { anchor: "start", className: "rc-cell-note" });
  return (values) => {
    const letters = [...values.word];
    setText(word, letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : values.word);
    vector(values.input, values.input_scale || Math.max(...values.input.map(Math.abs)) || 1);
    const shown = Math.min(values.state.length, SHOWN);
    const units = values.all_units ?? values.state.length;
    const all = units > shown ? `first ${shown} of ${units} units` : units === 1 ? "1 unit" : `${units} units`;
    setText(count, values.unit ? `%: unit ${values.unit} of ${units}` : all);
  };
}

// The colour key: from negative to positive, and from a closed to an open gate.
export function key(sheet, { gates }) {
  const [from, to] = gates ? [422, 494] : [504, 584];
  label(sheet, from, 352, "−", { className: "rc-cell-note" });
  strip(sheet, (from + to) / 2, 345, { length: 50 })([-1, -0.5, 0, 0.5, 1]);
  label(sheet, to, 352, "+", { className: "rc-cell-note" });
  if (!gates) return;
  label(sheet, 517, 352, "0", { className: "rc-cell-note" });
  strip(sheet, 553, 345, { length: 50, kind: "gate" })([0, 0.25, 0.5, 0.75, 1]);
  label(sheet, 588, 352, "1", { className: "rc-cell-note" });
}

// A gate or the candidate: its input enters below, passes the activation, and leaves above as the strip's numbers.
export function gate(sheet, x, y, { name, activation, says }) {
  const kind = activation === "σ" ? "gate" : "signed";
  const box = { class: `rc-cell-box rc-cell-${kind}-box`, x: x - 55, y, width: 110, height: 80, rx: 8 };
  add(sheet.marks, "rect", box);
  const show = strip(sheet, x, y + 13, { kind });
  label(sheet, x, y + 39, name);
  const said = label(sheet, x, y + 60, says.replace(" {}", ""), { className: kind === "gate" ? "rc-cell-said" : "" });
  pill(sheet, x, y + 83, activation);
  return (numbers, scale, opening, place) => {
    show(numbers, scale, place);
    setText(said, says.replace("{}", percent(opening)));
    return `${name} ${said.textContent}`.trim();
  };
}

// A row of small squares, one for each unit, centred on (x, y); two rows if that makes them larger. The square of the
// selected unit, at `place`, has a frame.
export function strip(sheet, x, y, { kind = "signed", length = 104, depth = 13, vertical = false } = {}) {
  const turn = vertical ? " rotate(90)" : "";
  const group = add(sheet.marks, "g", { class: "rc-cell-strip", transform: `translate(${x} ${y})${turn}` });
  let squares = [];
  return (numbers, scale = 1, place = undefined) => {
    const count = Math.min(numbers.length, SHOWN);
    if (squares.length !== count) squares = laySquares(group, count, length, depth);
    squares.forEach((square, unit) => {
      const value = Number.isFinite(numbers[unit]) ? numbers[unit] / scale : 0;
      const tone = kind === "gate" ? "rc-cell-gate" : value < 0 ? "rc-cell-below" : "rc-cell-above";
      set(square, {
        class: unit === place ? `${tone} rc-cell-selected` : tone,
        "fill-opacity": Math.min(1, Math.abs(value)).toFixed(2),
      });
    });
  };
}

function laySquares(group, count, length, depth) {
  group.replaceChildren();
  const sizes = [1, 2].map((rows) => Math.min(length / Math.ceil(count / rows), depth / rows));
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

// The tanh curve with a dot for each unit: gradients pass on the steep part and vanish on the flat ends.
export function tanhCurve(sheet, { x, y, width, height, saturated }) {
  const across = (value) => x + width / 2 + (Math.max(-1, Math.min(1, value / saturated)) * (width - 24)) / 2;
  const up = (value) => y + height / 2 - (Math.tanh(value) * (height - 36)) / 2;
  add(sheet.marks, "rect", { class: "rc-cell-box rc-cell-signed-box", x, y, width, height, rx: 8 });
  const [middle, centre] = [x + width / 2, y + height / 2];
  const axes = `M${x + 10} ${centre}H${x + width - 10}M${middle} ${y + 10}V${y + height - 10}`;
  add(sheet.marks, "path", { class: "rc-cell-axis", d: axes });
  const sampled = Array.from({ length: 61 }, (_, index) => (index / 30 - 1) * saturated);
  const points = sampled.map((value) => `${across(value)} ${up(value)}`);
  add(sheet.marks, "path", { class: "rc-cell-curve", d: `M${points.join("L")}` });
  label(sheet, x + 14, y + 28, "tanh", { anchor: "start" });
  const group = add(sheet.marks, "g", { class: "rc-cell-dots" });
  let dots = [];
  return (sums) => {
    const shown = Array.from(sums.slice(0, SHOWN));
    if (dots.length !== shown.length) {
      dots = shown.map(() => add(null, "circle", { r: 5.5 }));
      group.replaceChildren(...dots);
    }
    dots.forEach((dot, unit) => {
      const value = Number.isFinite(shown[unit]) ? shown[unit] : 0;
      set(dot, { cx: across(value).toFixed(1), cy: up(value).toFixed(1) });
    });
  };
}

// A section of the track along the top. Its width shows the share that is kept.
export function track(sheet, from, to, y, arrow) {
  const end = arrow ? to - 20 : to;
  const line = add(sheet.tracks, "path", { d: `M${from} ${y}H${end}`, "stroke-width": 24 });
  if (arrow) {
    const d = `M${end - 0.5} ${y - 20}L${to - 1} ${y}L${end - 0.5} ${y + 20}Z`;
    add(sheet.tracks, "path", { class: "rc-cell-head", d });
  }
  return (share) => line.setAttribute("stroke-width", (3 + 21 * (Number.isFinite(share) ? share : 1)).toFixed(1));
}

// A wire along points, with rounded corners and an arrowhead if wanted.
export function wire(sheet, points, arrow) {
  const toward = ([x, y], [toX, toY], by) => [x + Math.sign(toX - x) * by, y + Math.sign(toY - y) * by];
  const tip = points.at(-1);
  const [[baseX, baseY], bend] = [toward(tip, points.at(-2), arrow ? 9 : 0), 9];
  let d = `M${points[0].join(" ")}`;
  points.slice(1, -1).forEach((corner, index) => {
    const [before, after] = [toward(corner, points[index], bend), toward(corner, points[index + 2], bend)];
    d += `L${before.join(" ")}Q${corner.join(" ")} ${after.join(" ")}`;
  });
  add(sheet.wires, "path", { d: `${d}L${baseX} ${baseY}` });
  if (!arrow) return;
  const [acrossX, acrossY] = [(tip[1] - baseY) * 0.65, (tip[0] - baseX) * 0.65];
  const head = `M${baseX - acrossX} ${baseY - acrossY}L${tip.join(" ")}L${baseX + acrossX} ${baseY + acrossY}Z`;
  add(sheet.wires, "path", { class: "rc-cell-head", d: head });
}

export function operation(sheet, sign, x, y, radius) {
  const arm = sign === "+" ? radius * 0.58 : radius * 0.44;
  add(sheet.marks, "circle", { class: "rc-cell-operation", cx: x, cy: y, r: radius });
  const plus = `M${-arm} 0H${arm}M0 ${-arm}V${arm}`;
  const times = `M${-arm} ${-arm}L${arm} ${arm}M${-arm} ${arm}L${arm} ${-arm}`;
  const d = sign === "+" ? plus : times;
  add(sheet.marks, "path", { class: "rc-cell-sign", d, transform: `translate(${x} ${y})` });
}

export function joint(sheet, x, y) {
  add(sheet.marks, "circle", { class: "rc-cell-joint", cx: x, cy: y, r: 4.5 });
}

export function pill(sheet, x, y, text) {
  const width = 14 + 10 * text.length;
  add(sheet.marks, "rect", { class: "rc-cell-pill", x: x - width / 2, y: y - 12, width, height: 24, rx: 12 });
  label(sheet, x, y + 6, text);
}

// A text in which _ makes a subscript of the next character, or of those in braces.
export function label(sheet, x, y, text, { anchor = "middle", className = "" } = {}) {
  const node = add(sheet.marks, "text", { x, y, "text-anchor": anchor, class: className });
  let lowered = 0;
  for (const [, under, plain] of text.matchAll(/_(\{[^}]*\}|.)|([^_]+)/g)) {
    const dy = (under ? 5 : 0) - lowered;
    lowered += dy;
    const part = add(node, "tspan", under ? { class: "rc-cell-subscript", dy } : { dy });
    part.textContent = plain ?? under.replace(/[{}]/g, "");
  }
  return node;
}

// A text as it is.
export function addText(sheet, x, y, words, anchor = "middle") {
  add(sheet, "text", { x, y, "text-anchor": anchor }).textContent = words;
}

export function add(parent, tag, attributes) {
  const made = document.createElementNS(NAMESPACE, tag);
  set(made, attributes);
  parent?.append(made);
  return made;
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

// The mean without NaN, which marks skipped timesteps of padding.
export function mean(numbers) {
  const read = numbers.filter(Number.isFinite);
  return read.reduce((sum, value) => sum + value, 0) / read.length;
}

export function percent(share) {
  return Number.isFinite(share) ? `${Math.round(100 * share)}\u00a0%` : "–";
}
