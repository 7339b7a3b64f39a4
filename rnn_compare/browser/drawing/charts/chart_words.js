// The text alternative of a chart for screen readers: visually hidden sentences instead of the drawing.

import { element, setText } from "../../common/dom.js";

// A list of sentences. Unchanged ones stay untouched, so that reading aloud is not interrupted.
export function buildWords(parent) {
  const list = element("ul", "rc-unseen", parent);
  return {
    show(lines) {
      while (list.children.length > lines.length) list.lastChild.remove();
      lines.forEach((line, index) => setText(list.children[index] ?? element("li", "", list), line));
    },
  };
}

// Hides the drawing, whose axis numbers mean nothing read aloud, from screen readers, but not Plotly's buttons.
export function leaveUnread(node) {
  for (const sheet of node.querySelectorAll(".main-svg")) sheet.setAttribute("aria-hidden", "true");
}

// The course of a line: its start, its extremes and its end. Missing values (null) are skipped.
// written(value, index): the formatted value; at(index): its position in words; extremes: "highest" and/or "lowest".
export function courseOf(values, { written, at, extremes }) {
  const known = [...values.keys()].filter((index) => values[index] !== null && values[index] !== undefined);
  if (!known.length) return "";
  const told = new Map([[known[0], []], [known.at(-1), []]]);
  for (const extreme of extremes) {
    const sign = extreme === "highest" ? 1 : -1;
    const found = known.reduce((best, index) => (sign * values[index] > sign * values[best] ? index : best));
    told.set(found, [...(told.get(found) ?? []), extreme]);
  }
  const isWhole = known.length > 1;
  return [...told.keys()].sort((one, other) => one - other).map((index) => {
    const which = isWhole ? told.get(index).map((extreme) => `${extreme} `).join("") : "";
    const end = isWhole && index === known.at(-1) ? ", the last" : "";
    return `${which}${written(values[index], index)} ${at(index)}${end}`;
  }).join(", ");
}
