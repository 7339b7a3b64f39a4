// The answers of a class as bars: of the only vote, or of the first and the last one side by side.

import { classChart, EMPTY } from "../../../browser/drawing/curves/class_chart.js";
import { element } from "./dom.js";

const FEWEST = 10; // answers of which percentages are shown, as in lecture/peer_instruction.py

const inWords = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

// Whether the answers have an order: their bars stand upright.
export function isOrdered({ control: { name, grid } }) {
  return name !== "choices" || Boolean(grid);
}

// The answers that a wall lists.
export function choicesToRead(question) {
  return isOrdered(question) ? [] : question.control.answers.map(([, label]) => label);
}

// Returns the index of the bar that counts an answer; null without one.
export function barOf(tally, value) {
  if (value === null || Array.isArray(value)) return null;
  const place = tally.edges.filter((edge) => edge <= value).length - 1;
  return place in tally.labels ? place : null;
}

// Returns the bars that count right answers.
/** @param {Tally} tally @param {Outcome | null} outcome */
export function rightBars({ labels, edges }, outcome) {
  const [low, high] = outcome?.accepted ?? [outcome?.answer, outcome?.answer];
  const isRight = (bar) => (edges[bar] <= high && low < edges[bar + 1]) || outcome?.also.includes(bar);
  return [...labels.keys()].filter(isRight);
}

// A percentage to follow a count, or "" for too few answers. All but one of many are not 100 %.
export function percentage(count, answered) {
  if (answered < FEWEST) return "";
  const share = Math.round((100 * count) / answered);
  return ` (${Math.min(Math.max(share, Number(count > 0)), 100 - Number(count < answered))} %)`;
}

// Returns what draws a chart of the curves that a class drew, at a size.
export function drawnCurves({ control: { epochs, network } }, { band, answered }) {
  const chart = { ...EMPTY, called: `${network}, accuracy` };
  return (size) => classChart({ chart, groups: [], epochs, band, answered }, size);
}

// The bars, and above them how many answered. legend: the names of two votes; colors: of networks, by label; right:
// those of the outcome, which is `called` so; mine: that of this phone's answer; upright: whether they have an order.
/** @param {Tally[]} tallies */
export function votesPicture(tallies, {
  legend, colors = {}, right = [], called = "the outcome", mine = null, upright = false,
}) {
  const rounds = tallies.length > 1 ? [tallies[0], tallies.at(-1)] : tallies;
  const most = Math.max(1, ...rounds.flatMap(({ counts }) => counts));
  const rows = rounds[0].labels.map((label, place) => {
    const marks = [
      ...(right.includes(place) ? [element("em", { class: "outcome", role: "img", "aria-label": called })] : []),
      ...(place === mine ? [" (your answer)"] : []),
    ];
    const strips = rounds.map(({ counts, answered }, round) => strip(counts[place], most, {
      round: rounds.length > 1 ? round : 1, share: upright ? "" : percentage(counts[place], answered),
    }));
    const counts = rounds.map((votes) => `${votes.counts[place]} of ${inWords(votes.answered, "answer")}`);
    const look = { class: right.includes(place) ? "right" : "", "aria-label": `${label}: ${counts.join(", ")}` };
    const row = element("li", look, element("span", {}, label, ...marks), element("div", {}, ...strips));
    if (colors[label]) row.style.setProperty("--color", colors[label]);
    return row;
  });
  const list = element("ol", { class: `votes ${upright ? "upright" : "lying"}` }, ...rows);
  list.style.setProperty("--bars", `${rows.length * rounds.length}`);
  return element("div", { class: "answers" }, key(rounds, legend), list);
}

function strip(count, most, { round, share }) {
  const text = element("b", {}, `${count.toLocaleString("en")}${share}`);
  const made = element("i", { class: `vote round-${round}` }, text);
  made.style.setProperty("--share", (count / most).toFixed(3));
  return made;
}

function key(rounds, legend) {
  const entries = rounds.map(({ answered }, round) => {
    const answers = inWords(answered, "answer");
    if (rounds.length < 2) return answers;
    return element("span", {}, element("i", { class: `round-${round}` }), `${legend[round]}: ${answers}`);
  });
  return element("p", { class: "votes-legend" }, ...entries);
}
