// The outcome of a question as pictures: the curves over the class's drawings, and bars of the answers.

import { element, last, percent, svgElement } from "./join_dom.js";

const WIDTH = 360;
const HEIGHT = 250;
const LEFT = 46;
const LONGEST_NAME = 14;
const LETTER = 7.6;
const TOP = 14;
const BOTTOM = 40;
const LABEL_HEIGHT = 17;
const SHAPES = {
  circle: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
  square: "M-5-5h10v10h-10z",
  diamond: "M0-6.5L6.5 0L0 6.5L-6.5 0z",
  "triangle-up": "M0-6L6 5H-6z",
  cross: "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
  star: "M0-7L2-2H7L3 1.500L4.500 6.500L0 3.500L-4.500 6.500L-3 1.500L-7-2H-2z",
  hexagon: "M-3-5.500h6L6 0L3 5.500h-6L-6 0z",
  "triangle-down": "M0 6L6-5H-6z",
};

// Returns the functions between epochs, shares and coordinates.
export function scales(epochs, low, high, right) {
  const wide = WIDTH - LEFT - right;
  const tall = HEIGHT - TOP - BOTTOM;
  return {
    low,
    high,
    epochs,
    x: (epoch) => LEFT + (epochs > 1 ? (wide * (epoch - 1)) / (epochs - 1) : wide / 2),
    y: (share) => TOP + (tall * (high - share)) / (high - low),
    epochAt: (x) => Math.max(1, Math.min(epochs, Math.round(1 + ((x - LEFT) / wide) * (epochs - 1)))),
    shareAt: (y) => Math.max(low, Math.min(high, high - ((y - TOP) / tall) * (high - low))),
  };
}

export function frame(scale, right) {
  const lines = [];
  const step = scale.high - scale.low > 0.25 ? 0.1 : 0.05;
  for (let share = scale.low; share < scale.high + 0.001; share += step) {
    const y = scale.y(share);
    lines.push(
      svgElement("line", { class: "grid", x1: LEFT, x2: WIDTH - right, y1: y, y2: y }),
      svgElement("text", { x: LEFT - 6, y: y + 5, "text-anchor": "end" }, `${Math.round(100 * share)} %`),
    );
  }
  const every = Math.ceil(scale.epochs / 10);
  for (let epoch = 1; epoch <= scale.epochs; epoch += every)
    lines.push(svgElement("text", { x: scale.x(epoch), y: HEIGHT - 22, "text-anchor": "middle" }, `${epoch}`));
  lines.push(svgElement("text", { x: (LEFT + WIDTH - right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "epoch"));
  return lines;
}

export function path(scale, shares) {
  return shares.map((share, place) => `${place ? "L" : "M"}${scale.x(place + 1)} ${scale.y(share)}`).join("");
}

export function picture(label, ...children) {
  return svgElement("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, ...children);
}

function band(scale, [low, middle, high]) {
  const above = high.map((share, place) => `${scale.x(place + 1)},${scale.y(share)}`);
  const below = low.map((share, place) => `${scale.x(place + 1)},${scale.y(share)}`);
  below.reverse();
  return [
    svgElement("polygon", { class: "band", points: [...above, ...below].join(" ") }),
    svgElement("path", { class: "middle", d: path(scale, middle) }),
  ];
}

function line(scale, curve) {
  const parts = [svgElement("path", { class: "curve", stroke: curve.color, d: path(scale, curve.validation) })];
  if (curve.training.length)
    parts.push(svgElement("path", { class: "curve training", stroke: curve.color, d: path(scale, curve.training) }));
  for (const [place, share] of curve.validation.entries()) {
    const at = `translate(${scale.x(place + 1)} ${scale.y(share)})`;
    parts.push(svgElement("path", { class: "dot", fill: curve.color, d: SHAPES[curve.marker], transform: at }));
  }
  return parts;
}

// Returns the heights of names at the ends of lines, moved apart if they would touch.
export function ends(wanted, least = LABEL_HEIGHT) {
  const order = wanted.map((y, place) => ({ y, place }));
  order.sort((one, other) => one.y - other.y);
  for (let next = 1; next < order.length; next += 1)
    order[next].y = Math.max(order[next].y, order[next - 1].y + least);
  const placed = [];
  for (const { y, place } of order) placed[place] = y;
  return placed;
}

function names(scale, lines) {
  const heights = ends(lines.map(({ shares }) => scale.y(last(shares))));
  return lines.map(({ name, shares }, place) =>
    svgElement("text", { x: scale.x(shares.length) + 9, y: heights[place] + 5 }, short(name)),
  );
}

// Returns scales for everything that is drawn, with limits in tenths.
function scaleFor(epochs, shares, right) {
  const low = Math.floor(10 * Math.min(...shares, 0.9)) / 10;
  return scales(epochs, low, Math.min(1, Math.ceil(10 * Math.max(...shares) + 0.2) / 10), right);
}

function short(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

// Returns a description for screen readers.
function inWords(curves) {
  const reached = ({ name, validation }) => `${name} ${percent(last(validation))} after epoch ${validation.length}`;
  return `Validation accuracy: ${curves.map((curve) => reached(curve)).join("; ")}.`;
}

// The real curves over the middle half of the class's drawings, and this phone's own drawing.
export function curvesPicture({ curves, epochs, tallies }, mine) {
  const begun = curves.filter((curve) => curve.validation.length);
  if (!begun.length) return element("p", {}, "The curves appear after the first epoch.");
  const own = Array.isArray(mine) ? mine : [];
  const drawings = tallies.length ? last(tallies) : { band: [] };
  const shown = begun.flatMap(({ validation, training }) => [...validation, ...training]);
  const lines = begun.map((curve) => ({ name: curve.name, shares: curve.validation }));
  if (own.length) lines.push({ name: "you", shares: own });
  const right = 14 + LETTER * Math.max(...lines.map(({ name }) => short(name).length));
  const scale = scaleFor(Math.max(epochs, own.length), [...shown, ...own, ...drawings.band.flat()], right);
  const holds = [...frame(scale, right)];
  const keys = ["Validation accuracy"];
  if (drawings.band.length) {
    holds.push(...band(scale, drawings.band));
    keys.push(drawings.answered > 1 ? `grey: the middle half of ${drawings.answered} drawings` : "grey: one drawing");
  }
  holds.push(...begun.flatMap((curve) => line(scale, curve)));
  if (begun.some(({ training }) => training.length)) keys.push("dashed: training accuracy");
  if (own.length) holds.push(svgElement("path", { class: "mine", d: path(scale, own) }));
  holds.push(...names(scale, lines));
  return element("figure", {}, picture(inWords(begun), ...holds), element("figcaption", {}, `${keys.join("; ")}.`));
}

function bar(count, most, isBefore) {
  const filled = element("span", { class: "bar", hidden: count === 0 });
  filled.style.width = `${most ? (100 * count) / most : 0}%`;
  return element(
    "div",
    { class: isBefore ? "row before" : "row" },
    element("span", { class: "track" }, filled),
    element("span", { class: "number" }, `${count}`),
  );
}

function answers({ answered }) {
  return `${answered} ${answered === 1 ? "answer" : "answers"}`;
}

// Returns the index of the bar that counts an answer; null without one.
export function barOf(tally, value) {
  return value === null ? null : Math.floor(value / tally.width);
}

// Bars of the answers; with a second vote, the first vote in outline.
export function bars(tallies, ownBar, rightBar, called) {
  const [first, newest] = [tallies[0], last(tallies)];
  const again = tallies.length > 1;
  const most = Math.max(...tallies.flatMap((tally) => tally.counts));
  const rows = newest.labels.map((label, place) => {
    const marks = [place === rightBar && called, place === ownBar && "your answer"].filter(Boolean).join(", ");
    const name = element("span", { class: place === ownBar ? "mine" : "" }, marks ? `${label} (${marks})` : label);
    const row = element("li", {}, name);
    if (again) row.append(bar(first.counts[place], most, true));
    row.append(bar(newest.counts[place], most, false));
    return row;
  });
  const key = again
    ? `Outlined: the first vote, ${answers(first)}. Filled: the last, ${answers(newest)}.`
    : `${answers(newest)}.`;
  const title = element("h3", {}, "What the class answered");
  return element("div", {}, title, element("p", {}, key), element("ol", { class: "bars" }, ...rows));
}
