// What a chart says to those who hear the page: sentences out of sight, in place of the drawing.

import { element, setText } from "../common/dom.js";

// A list of sentences; those that have not changed stay as they are, so that nobody who reads them is disturbed.
export function buildWords(parent) {
  const list = element("ul", "rc-unseen", parent);
  return {
    show(lines) {
      while (list.children.length > lines.length) list.lastChild.remove();
      lines.forEach((line, index) => setText(list.children[index] ?? element("li", "", list), line));
    },
  };
}

// Numbers along axes, without what they belong to, are not read; the buttons that Plotly draws beside them are.
export function leaveUnread(node) {
  for (const sheet of node.querySelectorAll(".main-svg")) sheet.setAttribute("aria-hidden", "true");
}

// How a line goes: where it begins, its extremes and where it ends. Of what is missing, null, nothing is said.
// written(value, index): the value as the chart writes it; at(index): where that is; extremes: "highest" or "lowest".
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
  return [...told.keys()].toSorted((one, other) => one - other).map((index) => {
    const which = isWhole ? told.get(index).map((extreme) => `${extreme} `).join("") : "";
    const end = isWhole && index === known.at(-1) ? ", the last" : "";
    return `${which}${written(values[index], index)} ${at(index)}${end}`;
  }).join(", ");
}
