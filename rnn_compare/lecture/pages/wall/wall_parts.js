// What only the wall shows of a step: the progress of hidden trainings, predictions for a review, drawings by Python.

import { element, setText } from "../common/dom.js";
import { coloured } from "../common/parts.js";

// A bar that only grows stays, and moves there.
export function progress(first) {
  const rows = first.rows.map(({ name, color }) => {
    const [text, bar] = [element("span", {}), element("i", {})];
    const head = element("p", {}, element("b", {}, name), text);
    return { text, bar, row: coloured(element("li", {}, head, element("div", {}, bar)), color) };
  });
  const status = element("p", { class: "status", role: "status" });
  const list = element("ul", { class: "progress" }, ...rows.map(({ row }) => row));
  const names = (part) => JSON.stringify(part.rows.map(({ name, color }) => [name, color]));
  const update = (part) => {
    if (names(part) !== names(first)) return false;
    for (const [place, { done, text }] of part.rows.entries()) {
      rows[place].bar.style.width = `${100 * done}%`;
      setText(rows[place].text, text);
    }
    setText(status, part.status);
    return true;
  };
  update(first);
  return { node: element("div", {}, list, status), update };
}

// What a network predicts for a review, with the class names of browser/common/verdicts.css.
/** @param {Verdict} verdict */
function verdictCard({ title, color, share, label, labels, from, to, positive, start, note, problem }) {
  const made = element("section", { class: "rc-card" }, element("h2", {}, title));
  made.style.setProperty("--rc-color", color);
  const said = `${share} ${label}`;
  const meaning = share ? ` Its output, ${said}, means little.` : "";
  if (problem) made.append(element("p", { class: "rc-problem" }, `${problem}${meaning}`));
  else {
    const words = `${said}, on a scale from ${labels.join(" to ")}`;
    const bar = element("i", { class: `rc-side-${Number(positive)}` });
    const scale = element("div", { class: "rc-scale", role: "img", "aria-label": words }, bar);
    scale.style.setProperty("--rc-from", `${100 * from}%`);
    scale.style.setProperty("--rc-to", `${100 * to}%`);
    const ends = labels.map((end, side) => element("span", { class: `rc-side-${side}` }, end));
    made.append(element("p", { class: "rc-verdict" }, said), scale, element("p", { class: "rc-ends" }, ...ends));
  }
  if (start) made.append(element("p", { class: problem ? "rc-note" : "rc-note rc-prior" }, start));
  if (note) made.append(element("p", { class: "rc-note" }, note));
  return made;
}

export const verdicts = ({ text, cards }) => element("div", { class: "verdicts" }, element("blockquote", {}, text),
  element("div", { class: "rc-verdicts" }, ...cards.map(verdictCard)));

export function drawing({ html }) {
  const node = element("div", { class: "drawing" });
  node.innerHTML = html; // made and escaped by Python
  return node;
}
