// A cell's gates as means over all units: a strip for each, over the words of the text, from 0 to 100 %.

import { element } from "../common/dom.js";
import { add, percent } from "./cell_parts.js";

export function buildCurves(parent, run, words) {
  element("p", "rc-axes", parent, run.curves_title);
  const frame = element("div", "rc-curves", parent);
  const said = run.curves.map(({ title, values }) => {
    const line = element("p", "", frame);
    element("span", "", line, title);
    const value = element("b", "", line);
    drawStrip(frame, values, run.first, words, title);
    return value;
  });
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

function drawStrip(frame, values, first, words, title) {
  const sheet = add(frame, "svg", {
    viewBox: `0 0 ${words} 100`, preserveAspectRatio: "none", role: "img", "aria-label": title,
  });
  // A word is as wide as in the heat map above.
  const steps = values.map((value, word) => `${first + word} ${100 * (1 - value)}H${first + word + 1}`);
  const top = `M${steps.join("L")}`;
  add(sheet, "path", { class: "rc-curve-area", d: `${top}V100H${first}Z` });
  add(sheet, "path", { d: top });
}
