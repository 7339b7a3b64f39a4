// One chart of the board: a metric by epoch, with a training and a validation line for each group.

import { axisIn, axisTitle, escapeLabel, layoutIn, levelAt, look } from "../../../browser/drawing/charts/chart_look.js";
import { config } from "../../../browser/drawing/charts/chart_tools.js";
import { ruler } from "../../../browser/drawing/charts/labels.js";
import { buildWords, leaveUnread } from "../../../browser/drawing/charts/chart_words.js";
import { curveWords } from "../../../browser/drawing/curves/curve_words.js";
import { isUnrecorded, lineEnds } from "../../../browser/drawing/curves/curves_message.js";
import { endLabels } from "../charts/line_ends.js";
import { element, setText } from "../../../browser/common/dom.js";
import { traces } from "./board_traces.js";

const NARROW = 700; // board width in pixels below which text is smaller
const WIDE = 1000; // board width in pixels above which text grows with it
const LARGEST = 1.4; // at most this many times the usual text size
const BARE = 330; // chart width in pixels below which lines have no labels; the cards name them
const NUMBER = 1.15; // the width of an epoch's number below the axis, in multiples of the text size
const ABOVE = 12, BELOW = 46; // margins in pixels at the usual text size

export function buildChart(parent, chart) {
  const box = element("figure", "rc-chart", parent);
  const { title, remark } = buildCaption(box, chart);
  const words = buildWords(box);
  const node = element("div", "rc-plot", box);
  node.dataset.chart = chart.name;
  const settings = { ...config(chart.name), doubleClick: "reset" };
  let drawnBy, width;
  return {
    box,
    // declared: the chart in the latest message; rest: see `layout`.
    draw(plotly, declared, { groups, hidden, gap, ...rest }) {
      setText(title, declared.title); // a replay has a title of its own
      setText(remark, declared.remark);
      remark.title = declared.remark;
      const size = { width: node.clientWidth, height: node.clientHeight };
      const looks = look(node);
      const made = layout(declared, groups, looks, { ...rest, ...size, hidden });
      words.show(curveWords(declared, groups, hidden));
      plotly.react(node, traces(declared, groups, hidden, { gap }), made, settings);
      leaveUnread(node);
      if (drawnBy && width !== node.clientWidth) plotly.Plots.resize(node);
      drawnBy = plotly;
      width = node.clientWidth;
    },
    remove() {
      drawnBy?.purge(node);
      box.remove();
    },
  };
}

// Returns the elements for the title and for the remark, which is shown where there is room.
function buildCaption(box, { title: text, training, validation, solid }) {
  const caption = element("figcaption", "", box);
  const title = element("b", "", caption, text);
  const key = element("span", "rc-key", caption);
  for (const [drawn, line, name] of [[validation, "rc-solid", solid], [training, "rc-dashed", "training"]]) {
    if (!drawn) continue;
    element("i", line, key);
    key.append(name);
  }
  return { title, remark: element("span", "rc-remark", caption) };
}

// count: epochs of the longest run; hint: the text in a chart without runs; hidden: ids of hidden groups; boardWidth:
// of the board, width and height: of this chart, in pixels.
/** @param {Chart} chart @param {Curves[]} groups @param {any} looks @param {any} place */
export function layout(chart, groups, looks, { count, hint, boardWidth, width, height, hidden = new Set() }) {
  const scale = Math.min(LARGEST, Math.max(1, boardWidth / WIDE));
  const size = boardWidth < NARROW ? 13 : 15 * scale;
  const { factor, unit } = chart;
  const baselines = (chart.baselines ?? []).map((level) => ({ ...level, at: factor * level.at }));
  const range = chart.range.map((end) => factor * end);
  const shown = groups.filter(({ id }) => !hidden.has(id));
  const lines = width < BARE ? [] : placedEnds(chart, shown);
  const tall = height - (ABOVE + BELOW) * scale;
  const place = { ...looks, width, height: tall, size: size - 1 };
  const labels = endLabels({ ...chart, baselines, range }, lines, place);
  const axis = { ...axisIn(looks), tickfont: { size } };
  const left = Math.max(3.6 * size, ruler(size, looks.font)("100 %") + 10); // more in wide letters
  const every = Math.max(1, Math.ceil((NUMBER * size * count) / Math.max(1, width - left - labels.room)));
  return {
    ...layoutIn(looks, size),
    uirevision: groups.map((group) => group.id).join(), // a new comparison starts unzoomed
    autosize: true, hovermode: "x unified", showlegend: false,
    margin: { l: left, r: labels.room, t: ABOVE * scale, b: BELOW * scale },
    xaxis: {
      ...axis, range: [firstEpochRuns(groups) ? 0 : 0.8, count + 0.1], title: axisTitle("epoch", 6, size),
      dtick: count <= 12 ? every : undefined, tick0: count, showgrid: false, ticks: "outside", tickcolor: looks.line,
      // Dashed lines are training curves.
      spikedash: "solid", spikethickness: 1, unifiedhovertitle: { text: "epoch %{x:.2~f}" },
    },
    yaxis: {
      ...axis, range, type: chart.log ? "log" : "linear", tickformat: chart.tickformat, ticksuffix: unit, nticks: 7,
    },
    shapes: baselines.map(({ at }) => baselineAt(at, looks)),
    annotations: [
      ...labels.annotations,
      ...hintTexts(groups.length ? unrecorded(chart, shown) : hint),
    ],
  };
}

// The ends of the lines where Plotly places text: by their logarithms on a logarithmic axis.
function placedEnds(chart, shown) {
  const ends = lineEnds(chart, shown);
  return chart.log ? ends.map((end) => ({ ...end, y: Math.log10(end.y) })) : ends;
}

// Points of the running epoch lie before its end, so those of the first epoch lie before 1.
function firstEpochRuns(groups) {
  return groups.some(({ trail, figures }) => trail?.at && !Object.values(figures).some(Boolean));
}

function baselineAt(y, { ink }) {
  return { ...levelAt(y, { color: ink, width: 1, dash: "solid" }), opacity: 0.6 };
}

function unrecorded(chart, shown) {
  const isEmpty = shown.length > 0 && shown.every((group) => isUnrecorded(chart, group));
  return isEmpty ? "Not recorded for these runs." : "";
}

function hintTexts(hint) {
  return hint ? [{
    xref: "paper", yref: "paper", x: 0.5, y: 0.5, text: escapeLabel(hint), showarrow: false, font: { size: 18 },
    opacity: 0.7,
  }] : [];
}
