// What a cell's gates do in mean over all units, a line each, from the first word to the last.

import { element } from "./dom.js";
import { add, percent } from "./cell_parts.js";

export function buildCurves(parent, run, words) {
  const legend = element("div", "rc-curve-legend", parent);
  element("span", "", legend, run.curves_title);
  const said = run.curves.map(({ title }, index) => {
    const entry = element("span", `rc-curve-${index}`, legend);
    element("i", "", entry);
    element("span", "", entry, title);
    return element("b", "", entry);
  });
  const frame = element("div", "rc-curves", parent);
  const [low, high] = range(run.curves.flatMap(({ values }) => values));
  const up = (value) => 100 * (high - value) / (high - low);
  const sheet = add(frame, "svg", {
    viewBox: `0 -4 ${words} 108`, preserveAspectRatio: "none", role: "img", "aria-label": run.curves_title,
  });
  for (const y of [0, 50, 100]) add(sheet, "path", { class: "rc-curve-grid", d: `M0 ${y}H${words}` });
  run.curves.forEach((curve, index) => {
    const points = curve.values.map((value, word) => `${run.first + word + 0.5} ${up(value)}`);
    // One word has a dash: a line needs two ends.
    const d = points.length > 1 ? `M${points.join("L")}` : `M${run.first} ${up(curve.values[0])}h1`;
    add(sheet, "path", { class: `rc-curve-${index}`, d });
  });
  element("span", "", frame, percent(high));
  element("span", "", frame, percent(low));
  return {
    frame,
    cursor: element("i", "", frame),
    show(word) {
      said.forEach((node, index) => {
        node.textContent = word < run.first ? "–" : percent(run.curves[index].values[word - run.first]);
      });
    },
  };
}

// From one tenth to another, so that what all gates do alike does not hide what they do: at least two tenths apart.
export function range(values) {
  let low = Math.floor(10 * Math.min(...values));
  let high = Math.ceil(10 * Math.max(...values));
  if (high - low < 2 && high < 10) high += 1;
  if (high - low < 2) [low, high] = low > 0 ? [high - 2, high] : [0, 2];
  return [low / 10, high / 10];
}
