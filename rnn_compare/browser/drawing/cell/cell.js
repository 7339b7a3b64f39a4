// Shows one recurrent cell: an SVG (charts/cells/) whose marked elements get the numbers of the current word.
//
//   const { node, update } = drawCell(drawing, "LSTM", "#0072b2");
//   update({ word, input, state_before, state, i, f, candidate, o, carry_before, carry, carry_scale });

import { setText } from "../../common/dom.js";
import { SHOWN, drawDots, drawStrip, percent } from "./cell_parts.js";
import { largest, resolve, shareOf } from "./cell_values.js";

const LETTERS = 14; // longer words do not fit their box
const KEY = { key: [-1, -0.5, 0, 0.5, 1], gate_key: [0, 0.25, 0.5, 0.75, 1] };
const WITHOUT_UNITS = new Set(["input", ...Object.keys(KEY)]);

export function drawCell(drawing, cellName, color) {
  const parsed = new DOMParser().parseFromString(drawing, "image/svg+xml").documentElement;
  const node = document.importNode(parsed, true);
  const describe = (label) => node.setAttribute("aria-label", label);
  node.setAttribute("class", "rc-cell");
  node.setAttribute("role", "img");
  node.style.setProperty("--rc-color", color);
  describe(`${cellName} cell`);
  // What fills each element that is marked with an attribute data-….
  const filled = (mark, fill) => {
    /** @type {NodeListOf<SVGElement>} */
    const parts = node.querySelectorAll(`[data-${mark}]`);
    return Array.from(parts, (part) => fill(part, part.dataset[mark]));
  };
  const strip = (isGate) => (part, shown) => {
    const show = drawStrip(part, isGate);
    const placeIn = ({ place }) => (WITHOUT_UNITS.has(shown) ? undefined : place);
    return (values) => show(resolve(shown, values), largest(part.dataset.scale, values), placeIn(values));
  };
  const fills = [
    ...filled("strip", strip(false)),
    ...filled("gate", strip(true)),
    ...filled("tanh", (part, shown) => {
      const show = drawDots(part);
      return (values) => show(resolve(shown, values));
    }),
    ...filled("width", (part, shown) => (values) => {
      const share = shareOf(shown, values);
      part.setAttribute("stroke-width", (3 + 21 * (Number.isFinite(share) ? share : 1)).toFixed(1));
    }),
    ...filled("word", (part) => ({ word }) => {
      const letters = [...word];
      setText(part, letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : word);
    }),
    ...filled("units", (part) => (values) => setText(part, unitsIn(values))),
  ];
  const shares = filled("share", (part, shown) => {
    const says = part.textContent;
    return (values) => {
      setText(part, says.replace("{}", percent(shareOf(shown, values))));
      return [part.dataset.name, part.textContent].filter(Boolean).join(" ");
    };
  });
  return {
    node,
    update(values) {
      for (const fill of fills) fill({ ...KEY, ...values });
      describe(`${cellName} cell reading “${values.word}”: ${shares.map((show) => show(values)).join(", ")}`);
    },
  };
}

// How many units the drawing shows, or which one the percentages are of.
function unitsIn({ state, unit, all_units: all = state.length }) {
  if (unit) return `%: unit ${unit} of ${all}`;
  const shown = Math.min(state.length, SHOWN);
  return all > shown ? `first ${shown} of ${all} units` : all === 1 ? "1 unit" : `${all} units`;
}
