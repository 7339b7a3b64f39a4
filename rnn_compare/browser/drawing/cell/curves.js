// The gates of one unit over the words of the text, a strip for each.

import { element } from "../../common/dom.js";
import { add } from "../../common/svg.js";
import { SHOWN, percent } from "./cell_parts.js";
import { gateOf, mostMoving } from "./cell_values.js";

const LEAST = 0.1;

// Shows the unit that moves most. A cell without gates has no such unit, and no strips.
export function buildCurves(parent, run, words) {
  const frame = element("div", "rc-curves", parent);
  const gates = run.signals.filter(({ gate }) => gate);
  const place = gates.length ? mostMoving(run, SHOWN) : undefined;
  if (gates.length) element("p", "rc-axes", frame, `Gates of unit ${run.unit_numbers[place]}, which moves most`);
  const lines = gates.map(({ name, title }) => {
    const line = element("p", "", frame);
    element("span", "", line, title);
    const value = element("b", "", line);
    const values = gateOf(run, name, place);
    const ends = widened(Math.min(...values), Math.max(...values));
    element("span", "", line, `scale ${ends.map(percent).join(" – ")}`);
    drawStrip(frame, run.first, words, { title, values, ends });
    return { value, values };
  });
  return {
    frame,
    place,
    cursor: element("i", "", frame),
    show(word) {
      for (const { value, values } of lines) {
        value.textContent = word < run.first ? "–" : percent(values[word - run.first]);
      }
    },
  };
}

// What a strip spans: gates move little, so their own range, but no less than LEAST.
/** @returns {[number, number]} */
function widened(low, high) {
  const room = Math.max(0, LEAST - (high - low)) / 2;
  return [Math.max(0, low - room), Math.min(1, high + room)];
}

// Draws a gate's values. A word is as wide as in the heat map above.
function drawStrip(frame, first, words, { title, values, ends: [low, high] }) {
  const sheet = add(frame, "svg", {
    viewBox: `0 0 ${words} 100`, preserveAspectRatio: "none", role: "img", "aria-label": title,
  });
  const heights = values.map((value) => 100 * (high - value) / (high - low));
  const steps = heights.map((height, word) => `${first + word} ${height}H${first + word + 1}`);
  const top = `M${steps.join("L")}`;
  add(sheet, "path", { class: "rc-curve-area", d: `${top}V100H${first}Z` });
  add(sheet, "path", { d: top });
}
