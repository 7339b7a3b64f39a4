// One chart of the board: a figure by epoch, a line a group for training and for validation.

import { traces } from "./board_traces.js";
import { CLEAR, CONFIG, axisIn, axisTitle, escapeLabel, layoutIn, levelAt, look } from "./chart_look.js";
import { element, setText } from "./dom.js";

const BESIDE = 112; // pixels for what baselines are called
const NARROW = 700; // pixels of the board below which type is smaller, and the cards' names are the only legend

// onLegend(id) is called with the group whose entry is clicked, onLegendTwice(id) with one that is clicked twice.
export function buildChart(parent, chart, { onLegend, onLegendTwice }) {
  const box = element("figure", "rc-chart", parent);
  const remark = buildCaption(box, chart);
  const node = element("div", "rc-plot", box);
  node.dataset.chart = chart.name;
  let drawnBy, width;
  return {
    box,
    // declared: the chart as the newest message has it; rest: see `layout`.
    draw(plotly, declared, { groups, hidden, gap, ...rest }) {
      setText(remark, declared.remark);
      remark.title = declared.remark;
      const made = layout(declared, groups, look(node), rest);
      const config = { ...CONFIG, displaylogo: false, doubleClick: "reset" };
      plotly.react(node, traces(declared, groups, hidden, gap), made, config);
      if (!drawnBy) {
        const answer = (act) => ({ data, curveNumber }) => { act(data[curveNumber].meta); return false; };
        node.on("plotly_legendclick", answer(onLegend));
        node.on("plotly_legenddoubleclick", answer(onLegendTwice));
      } else if (width !== node.clientWidth) {
        plotly.Plots.resize(node);
      }
      drawnBy = plotly;
      width = node.clientWidth;
    },
    remove() {
      drawnBy?.purge(node);
      box.remove();
    },
  };
}

// Returns the place of what is to be said of the chart, where there is room for it.
function buildCaption(box, { title, training, validation }) {
  const caption = element("figcaption", "", box);
  element("b", "", caption, title);
  const key = element("span", "rc-key", caption);
  for (const [drawn, line, text] of [[validation, "rc-solid", "validation"], [training, "rc-dashed", "training"]]) {
    if (!drawn) continue;
    element("i", line, key);
    key.append(text);
  }
  return element("span", "rc-remark", caption);
}

// count: epochs of the longest run; hint: what stands in an empty chart; boardWidth in pixels; charts: how many.
export function layout(chart, groups, looks, { count, hint, boardWidth, charts = 1 }) {
  const narrow = boardWidth < NARROW;
  const baselines = chart.baselines ?? [];
  const axis = { ...axisIn(looks), tickfont: { size: narrow ? 13 : 15 } };
  return {
    ...layoutIn(looks),
    uirevision: groups.map((group) => group.id).join(), // a new comparison starts unzoomed
    autosize: true, margin: { l: 54, r: baselines.length ? BESIDE : 12, t: 10, b: 46 }, hovermode: "x unified",
    showlegend: groups.length <= 4 && !narrow && charts <= 2, // the cards' names do the same
    legend: { bgcolor: CLEAR, font: { size: 14 }, ...corner(chart.legend) },
    xaxis: {
      ...axis, range: [0, count + 0.1], title: axisTitle("epoch", 6), dtick: count <= 12 ? 1 : undefined,
      showgrid: false, ticks: "outside", tickcolor: looks.line, hoverformat: ".2~f",
    },
    yaxis: { ...axis, range: chart.range, tickformat: chart.tickformat, nticks: 7 },
    shapes: [
      ...baselines.map(({ at }) => baselineAt(at, looks)),
      ...chart.marks.map(({ at, color }) => levelAt(at, { color, width: 2 })),
    ],
    annotations: [
      ...baselines.map(besideText),
      ...chart.marks.map(markText),
      ...(groups.length || !hint ? [] : [hintText(hint)]),
    ],
  };
}

// "lower right" or "lower left": where curves seldom are.
function corner(place) {
  const side = place.endsWith("right") ? { x: 0.99, xanchor: "right" } : { x: 0.01, xanchor: "left" };
  return { y: 0.02, yanchor: "bottom", ...side };
}

function markText({ text, at, side }) {
  return {
    xref: "paper", x: 0.01, xanchor: "left", y: at, yanchor: side, text: escapeLabel(text), showarrow: false,
    font: { size: 14 },
  };
}

function baselineAt(y, { ink }) {
  return { ...levelAt(y, { color: ink, width: 1.5, dash: "longdash" }), opacity: 0.75 };
}

// In the margin, where no curve runs: two baselines lie close together, one above its line and one below.
function besideText({ text, at, side }) {
  return {
    xref: "paper", x: 1.01, xanchor: "left", y: at, yanchor: side, align: "left", showarrow: false,
    text: escapeLabel(text).replaceAll("\n", "<br>"), font: { size: 14 },
  };
}

function hintText(hint) {
  return {
    xref: "paper", yref: "paper", x: 0.5, y: 0.5, text: escapeLabel(hint), showarrow: false, font: { size: 18 },
    opacity: 0.7,
  };
}
