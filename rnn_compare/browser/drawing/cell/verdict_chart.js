// The verdict after each word, one line for each network.

import {
  CLEAR, axisIn, axisTitle, cursorAt, escapeLabel, inPercent, layoutIn, levelAt, look, onPointClick, percentAxis,
  sizeIn,
} from "../charts/chart_look.js";
import { config } from "../charts/chart_tools.js";
import { buildWords, courseOf, leaveUnread } from "../charts/chart_words.js";
import { element } from "../../common/dom.js";
import { moves, signed } from "../../arithmetic/moves.js";

const WORD_PX = 19; // the width that a slanted label needs
const LOW = 8; // multiples of the text size; a lower chart has fewer ticks

// title: the caption; author: true if the review's label is positive, false if negative, null if unknown.
export function buildVerdictChart(parent, { title, words, author, runs, onWord }) {
  const figure = element("figure", "", parent);
  element("figcaption", "rc-caption", figure, author === null ? title : `${title}; ★ label`);
  buildWords(figure).show(verdictWords(words, author, runs));
  const node = element("div", "rc-verdict-chart", figure);
  const settings = config("verdicts");
  let drawnBy;
  return {
    draw(at, plotly) {
      const looks = look(node);
      const traces = [wordTrace(words), ...runs.map(verdictTrace)];
      if (author !== null) traces.push(authorTrace(words.length, author, looks));
      plotly.react(node, traces, {
        ...layoutIn(looks), ...sizeIn(node), margin: { l: 55, r: 12, t: 12, b: 24 }, hovermode: "x unified",
        showlegend: false, // the text's legend names the networks' colours
        xaxis: wordAxis(words, looks, node.clientWidth),
        yaxis: {
          ...axisIn(looks), fixedrange: true, automargin: true,
          ...percentAxis(-3, 103), ...(node.clientHeight < LOW * looks.size && { dtick: 50 }),
        },
        shapes: shapesAt(at, looks),
      }, settings);
      leaveUnread(node);
      onPointClick(node, (x) => onWord(Math.round(x) - 1));
      drawnBy = plotly;
    },
    show(at) {
      drawnBy?.relayout(node, { shapes: shapesAt(at, look(node)) });
    },
  };
}

// The text alternative: the course of each network's verdict.
export function verdictWords(words, author, runs) {
  const lines = runs.map(({ title, first, labels, probabilities }) => {
    const course = courseOf(probabilities, {
      written: (probability) => `${inPercent(probability).toFixed(1)} %`, extremes: ["highest", "lowest"],
      at: (index) => (index ? `after word ${first + index}, “${words[first + index - 1]}”` : "before the first word"),
    });
    return `${title}: ${labels[1]} ${course}.`;
  });
  return [...lines, ...(author === null ? [] : [`Label: ${runs[0].labels[Number(author)]}.`])];
}

// An invisible line: the first entry of the hover box.
function wordTrace(words) {
  return {
    type: "scatter", mode: "lines", x: words.map((_, index) => index + 1), y: words.map(() => 50), showlegend: false,
    line: { color: CLEAR }, text: words.map(escapeLabel), hovertemplate: "<b>“%{text}”</b><extra></extra>",
  };
}

function verdictTrace(run) {
  const moved = moves(run).map(({ points }) => `moved by ${signed(points)} points`);
  return {
    type: "scatter", mode: "lines", name: escapeLabel(run.title), showlegend: false,
    line: { color: run.color, width: 3.5 },
    x: run.probabilities.map((_, index) => run.first + index), y: run.probabilities.map(inPercent),
    text: ["before the first word", ...moved], hovertemplate: "%{y:.1f} %, %{text}",
  };
}

function authorTrace(count, positive, { ink }) {
  return {
    type: "scatter", mode: "markers", name: "label", x: [count], y: [positive ? 100 : 0],
    marker: { symbol: "star", size: 17, color: ink }, hoverinfo: "skip", cliponaxis: false,
  };
}

function wordAxis(words, looks, width) {
  const count = words.length;
  const labelled = {
    tickvals: words.map((_, index) => index + 1), ticktext: words.map(escapeLabel), tickangle: count > 12 ? -50 : 0,
  };
  return {
    ...axisIn(looks), fixedrange: true, range: [0, count + 0.2], showgrid: false, automargin: true,
    unifiedhovertitle: { text: "word %{x}" },
    ...(count <= width / WORD_PX ? labelled : { title: axisTitle("words read", 4, looks.size) }),
  };
}

function shapesAt(at, looks) {
  const undecided = { ...levelAt(50, { color: looks.ink, width: 1, dash: "solid" }), opacity: 0.5 };
  return [undecided, cursorAt(at + 1, looks)];
}
