// What phones draw of a question's outcome: the curves over the class's drawings, and the class's answers.

import { classChart, lineOf } from "../../../browser/drawing/curves/class_chart.js";
import { element } from "../common/dom.js";
import { barOf, isOrdered, rightBars, votesPicture } from "../common/votes.js";

export const SIZE = { width: 360, height: 250 };
const VOTES = ["first vote", "last vote"];

// The chart that draw(size) returns, with its caption.
export function chart(draw) {
  const drawn = draw(SIZE);
  if (!drawn) return element("p", {}, "The curves appear after the first epoch.");
  return element("figure", {}, drawn.sheet, element("figcaption", {}, drawn.caption));
}

// The real curves over the middle half of the class's drawings, and this phone's own drawing.
/** @param {Pick<PhoneState, "curves" | "epochs" | "tallies">} state @param {number[] | number | null} mine */
export function curvesPicture({ curves, epochs, tallies }, mine) {
  const own = (Array.isArray(mine) ? [mine] : []).map((shares) => ({ name: "you", ...lineOf(shares) }));
  const { band, answered } = tallies.at(-1) || { band: [], answered: 0 };
  return chart((size) => curves && classChart({ ...curves, epochs, band, answered, own }, size));
}

// The class's answers as bars, with the right one and that of this phone marked; nothing before they are known.
export function answersPicture({ question, outcome, tallies }, mine) {
  const newest = tallies.at(-1);
  if (!question || !newest || !newest.counts.length) return [];
  const right = rightBars(newest, outcome && outcome.final ? outcome : null);
  const colors = Object.fromEntries((question.colors || []).map((color, place) => [newest.labels[place], color]));
  const called = isOrdered(question) ? "the outcome" : "right";
  const bars = votesPicture(tallies, { legend: VOTES, colors, right, called, mine: barOf(newest, mine) });
  return [element("h3", {}, "What the class answered"), bars];
}
