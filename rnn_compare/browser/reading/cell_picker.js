// The choice of a cell for the word by word view, where a network has several.

import { button } from "../common/dom.js";
import { cellsOf } from "../arithmetic/message.js";

// onPick is called after choice.depth has changed. Returns a function that shows the cells of readings.
export function buildPicker(node, choice, onPick) {
  let shown = "";
  return (readings) => {
    const deepest = readings.map((reading) => cellsOf(reading)).sort((a, b) => b.length - a.length)[0] ?? [];
    const names = deepest.map(({ name }) => name).reverse();
    if (names.join() === shown) return;
    shown = names.join();
    node.replaceChildren();
    const mark = () => buttons.forEach((made, depth) => made.setAttribute("aria-pressed", depth === choice.depth));
    const buttons = names.length < 2 ? [] : names.map((name, depth) => button("", node, name, () => {
      choice.depth = depth;
      mark();
      onPick();
    }));
    mark();
  };
}
