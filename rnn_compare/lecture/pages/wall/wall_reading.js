// A review read word by word on the wall.

import { unpackRun } from "../../../browser/drawing/cell/cell_values.js";
import { buildWordChart } from "../../../browser/drawing/cell/word_chart.js";
import { buildReading } from "../../../browser/drawing/cell/word_by_word.js";
import { element } from "../common/dom.js";

// The presenter's choices outlive the review.
const choice = { lead: 0, colouring: "read", pace: 4, signals: new Map() };

/** @param {{ reading: Reading }} part */
export function readingPart({ reading: message }) {
  const node = element("div", { class: "rc-inside" });
  const runs = message.runs.map(unpackRun);
  const ways = { ask() {}, keep() {}, buildChart: buildWordChart };
  const reading = buildReading(node, { ...message, runs, at: 0 }, choice, ways);
  reading.leaveOut({});
  const draw = () => reading.draw(undefined);
  const observer = new ResizeObserver(draw);
  observer.observe(node);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  const end = () => {
    observer.disconnect();
    dark.removeEventListener("change", draw);
    reading.end();
  };
  return { node, end };
}
