// A cell's gates over the words of the text, a strip for each: of one unit, or as the mean of all.

import { element } from "../../common/dom.js";
import { add } from "../../common/svg.js";
import { SHOWN, percent } from "./cell_parts.js";
import { gateOf, mostMoving } from "./cell_values.js";

const LEAST = 0.1;

// unit: the number of the unit that was selected, "mean", or undefined for the unit that moves most. onUnit is called
// with such a selection.
export function buildCurves(parent, run, words, { unit, onUnit }) {
  const hasGates = run.signals.some(({ gate }) => gate);
  const head = element("p", "rc-axes", parent, hasGates ? "Gates of" : "");
  const frame = element("div", "rc-curves", parent);
  const moving = hasGates ? mostMoving(run, SHOWN) : undefined;
  const selected = run.unit_numbers.slice(0, SHOWN).indexOf(unit); // another review may have others in the drawing
  let place = unit === "mean" ? undefined : selected < 0 ? moving : selected;
  let curves;
  const lines = run.curves.map(({ title }) => {
    const line = element("p", "", frame);
    element("span", "", line, title);
    return {
      value: element("b", "", line), range: element("span", "", line), draw: buildStrip(frame, run.first, words, title),
    };
  });
  const draw = () => {
    curves = run.curves.map(({ name, values }) => (place === undefined ? values : gateOf(run, name, place)));
    lines.forEach((line, index) => {
      const ends = hasGates ? widened(Math.min(...curves[index]), Math.max(...curves[index])) : [0, 1];
      line.range.textContent = `scale ${ends.map(percent).join(" – ")}`;
      line.draw(curves[index], ends);
    });
  };
  const select = (next) => {
    place = next;
    draw();
    onUnit(next === undefined ? "mean" : run.unit_numbers[next]);
  };
  if (hasGates) buildUnits(head, run, { place, moving }, select);
  draw();
  return {
    frame,
    get place() { return place; },
    cursor: element("i", "", frame),
    show(word) {
      lines.forEach(({ value }, index) => {
        value.textContent = word < run.first ? "–" : percent(curves[index][word - run.first]);
      });
    },
  };
}

// The choice of a unit among those drawn: first the one that moves most, then the mean of all.
function buildUnits(parent, run, { place, moving }, onPlace) {
  const list = element("select", "", parent);
  list.setAttribute("aria-label", "Unit");
  const rest = [...run.unit_numbers.keys()].slice(0, SHOWN).filter((row) => row !== moving)
    .sort((a, b) => run.unit_numbers[a] - run.unit_numbers[b]);
  const places = [moving, undefined, ...rest];
  const among = run.all_units > SHOWN ? ` of the ${SHOWN} drawn` : "";
  for (const row of places) {
    const text = row === undefined ? `mean of ${run.all_units} units` : `unit ${run.unit_numbers[row]}`;
    element("option", "", list, row === moving ? `${text}, which moves most${among}` : text);
  }
  list.selectedIndex = places.indexOf(place);
  list.addEventListener("change", () => onPlace(places[list.selectedIndex]));
}

// What a strip spans: gates move little, so their own range, but no less than LEAST.
function widened(low, high) {
  const room = Math.max(0, LEAST - (high - low)) / 2;
  return [Math.max(0, low - room), Math.min(1, high + room)];
}

// Returns a function that draws a gate's values into its strip. A word is as wide as in the heat map above.
function buildStrip(frame, first, words, title) {
  const sheet = add(frame, "svg", {
    viewBox: `0 0 ${words} 100`, preserveAspectRatio: "none", role: "img", "aria-label": title,
  });
  const [area, line] = [add(sheet, "path", { class: "rc-curve-area" }), add(sheet, "path", {})];
  return (values, [low, high]) => {
    const heights = values.map((value) => 100 * (high - value) / (high - low));
    const steps = heights.map((height, word) => `${first + word} ${height}H${first + word + 1}`);
    const top = `M${steps.join("L")}`;
    area.setAttribute("d", `${top}V100H${first}Z`);
    line.setAttribute("d", top);
  };
}
