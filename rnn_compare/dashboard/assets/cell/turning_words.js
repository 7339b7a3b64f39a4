// The word that flips each network's prediction, a line for each network, on the page "Try a review".

import { element } from "../../../browser/common/dom.js";
import { turningWord } from "../../../browser/drawing/cell/turning_word.js";

// data: runs of { title, color, labels, first, unknown, words, logits }; logits: for the whole review, then without
// each word read.
export function render({ data, parentElement }) {
  const root = parentElement.querySelector(".rc-flips") ?? element("div", "rc-flips", parentElement);
  root.replaceChildren();
  for (const run of data.runs) {
    const line = element("p", "", root);
    line.style.setProperty("--rc-color", run.color);
    element("b", "", line, run.title);
    line.append(` ${turningWord(run, run.words, run.logits)}`);
  }
}
