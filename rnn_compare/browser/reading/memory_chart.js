// The accuracy of networks on held-out texts by their length, in groups from the shortest to the longest.

import { percent } from "../arithmetic/moves.js";
import { element, setText } from "../common/dom.js";
import { linesChart } from "../drawing/curves/lines_chart.js";

const GROUPS = 10;
const [ROOM, BELOW, ABOVE] = [0.07, 4, 103]; // beside the lines, in shares and in percent
const TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
const NOTE = "Held-out texts in ten equal groups by length; each point stands at its group's median.";

// The accuracy in each group of about equally many texts, as explain/accuracy_by_length.py has it.
// correct: whether each text was right, 0 or 1; lengths: its words.
/** @param {ArrayLike<number>} correct @param {ArrayLike<number>} lengths */
export function accuracyByLength(correct, lengths) {
  const order = Array.from(lengths, (_, text) => text).sort((a, b) => lengths[a] - lengths[b]);
  const groups = Math.min(GROUPS, order.length);
  const [least, longer] = [Math.floor(order.length / groups), order.length % groups]; // groups of one text more
  return Array.from({ length: groups }, (_, group) => {
    const start = group * least + Math.min(group, longer);
    const texts = order.slice(start, start + least + Number(group < longer));
    const middle = [Math.floor((texts.length - 1) / 2), Math.floor(texts.length / 2)].map((at) => lengths[texts[at]]);
    const right = texts.reduce((sum, text) => sum + correct[text], 0);
    return { words: Math.floor((middle[0] + middle[1]) / 2), accuracy: right / texts.length, texts: texts.length };
  });
}

// networks: of { title, color, marker, correct }; lengths: the words of each held-out text; maxlen: what is read of it.
/**
 * @param {HTMLElement} parent
 * @param {{ networks: { title: string, color: string, marker: string, correct: ArrayLike<number> }[],
 *   lengths: ArrayLike<number>, maxlen: number }} _
 */
export function drawMemory(parent, { networks, lengths, maxlen }) {
  parent.classList.add("memory");
  const plot = parent.querySelector(".memory-plot") ?? element("div", "memory-plot", parent);
  const note = parent.querySelector(".memory-note") ?? element("p", "memory-note soft", parent);
  const { sheet, caption } = linesChart(figureOf(networks, lengths, maxlen), {
    width: plot.clientWidth || 640, height: plot.clientHeight || 320,
  });
  plot.replaceChildren(sheet);
  setText(note, `${caption} ${NOTE}`);
}

function figureOf(networks, lengths, maxlen) {
  const measured = networks.map(({ title, color, marker, correct }) => (
    { title, color, marker, points: accuracyByLength(correct, lengths) }
  ));
  const words = accuracyByLength(lengths, lengths).map((point) => point.words); // the same for each network
  const ends = [Math.max(1, words[0]) * (1 - ROOM), Math.max(1, words.at(-1)) * (1 + ROOM)];
  const cut = { at: maxlen, text: `${maxlen} words; of longer texts only the last ${maxlen} are read` };
  const within = (number) => ends[0] <= number && number <= ends[1];
  const shares = measured.flatMap(({ points }) => points.map(({ accuracy }) => accuracy));
  return {
    words: ["Accuracy by the length of a text.", ...measured.map(({ title, points }) => (
      `${title}: ${points.map((point) => `${percent(point.accuracy)} at ${point.words} words`).join(", ")}.`
    ))].join(" "),
    across: "words in the text", upward: "right answers", unit: " %", log: true, ends, ticks: TICKS.filter(within),
    range: [100 * Math.min(0.5, ...shares) - BELOW, ABOVE],
    lines: measured.map(({ title: name, color, marker, points }) => ({
      name, color, marker, width: 4, x: points.map((point) => Math.max(1, point.words)),
      y: points.map(({ accuracy }) => 100 * accuracy),
    })),
    levels: [{ name: "guessing", low: 50, high: 50 }],
    edges: within(maxlen) ? [cut] : [],
  };
}
