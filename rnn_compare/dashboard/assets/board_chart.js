// One chart of the board: a figure by epoch, a line a run for training and for validation.

import { CLEAR, CONFIG, axisIn, axisTitle, escapeLabel, layoutIn, levelAt, look } from "./chart_look.js";
import { element } from "./dom.js";
import { unpackFigures } from "./packed.js";

const NARROW = 700; // pixels of the board below which type is smaller, and the cards' names are the only legend

// onLegend(id) is called with the run whose entry is clicked, onLegendTwice(id) with one that is clicked twice.
export function buildChart(parent, chart, { onLegend, onLegendTwice }) {
  const box = element("figure", "rc-chart", parent);
  buildCaption(box, chart);
  const node = element("div", "rc-plot", box);
  node.dataset.chart = chart.name;
  let drawnBy, width;
  return {
    box,
    // declared: the chart as the newest message has it; rest: see `layout`.
    draw(plotly, declared, { runs, hidden, ...rest }) {
      const made = layout(declared, runs, look(node), rest);
      plotly.react(node, traces(declared, runs, hidden), made, { ...CONFIG, displaylogo: false, doubleClick: "reset" });
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

function buildCaption(box, { title, training, validation }) {
  const caption = element("figcaption", "", box);
  element("b", "", caption, title);
  const key = element("span", "rc-key", caption);
  for (const [drawn, line, text] of [[validation, "rc-solid", "validation"], [training, "rc-dashed", "training"]]) {
    if (!drawn) continue;
    element("i", line, key);
    key.append(text);
  }
}

// Two lines a run; of what a chart does not have, an empty one.
export function traces(chart, runs, hidden) {
  return runs.flatMap((run) => {
    const shared = {
      type: "scatter", legendgroup: run.id, name: escapeLabel(run.label), meta: run.id,
      visible: hidden.has(run.id) ? "legendonly" : true,
    };
    const training = {
      ...shared, uid: `${run.id}-training`, mode: "lines", showlegend: !chart.validation, ...trainingPoints(chart, run),
      line: { color: run.color, width: 2.5, dash: "6px,5px" }, opacity: 0.8,
      hovertemplate: `%{fullData.name} training %{y:${chart.hoverformat}}<extra></extra>`,
    };
    const measured = figures(run.figures, chart.validation);
    const validation = {
      ...shared, uid: `${run.id}-validation`, mode: "lines+markers", showlegend: Boolean(chart.validation),
      x: epochs(measured), y: measured,
      line: { color: run.color, width: 3.5 }, marker: { symbol: run.marker, size: 9, color: run.color },
      hovertemplate: `%{fullData.name} validation <b>%{y:${chart.hoverformat}}</b><extra></extra>`,
    };
    return [training, validation];
  });
}

// The epochs that have ended, then what the running one has come to.
function trainingPoints(chart, run) {
  const ended = figures(run.figures, chart.training);
  const running = figures(run.trail.figures, chart.training);
  const shares = unpackFigures(run.trail.at).slice(0, running.length);
  return { x: [...epochs(ended), ...shares.map((share) => ended.length + share)], y: [...ended, ...running] };
}

function figures(packed, name) {
  return unpackFigures(packed[name] ?? "");
}

function epochs(values) {
  return values.map((_, index) => index + 1);
}

// count: epochs of the longest run; hint: what stands in an empty chart; boardWidth in pixels; charts: how many.
export function layout(chart, runs, looks, { count, hint, boardWidth, charts = 1 }) {
  const narrow = boardWidth < NARROW;
  const axis = { ...axisIn(looks), tickfont: { size: narrow ? 13 : 15 } };
  return {
    ...layoutIn(looks),
    uirevision: runs.map((run) => run.id).join(), // a new comparison starts unzoomed
    autosize: true, margin: { l: 54, r: 12, t: 10, b: 46 }, hovermode: "x unified",
    showlegend: runs.length <= 4 && !narrow && charts <= 2, // the cards' names do the same
    legend: { bgcolor: CLEAR, font: { size: 14 }, ...corner(chart.legend) },
    xaxis: {
      ...axis, range: [0, count + 0.1], title: axisTitle("epoch", 6), dtick: count <= 12 ? 1 : undefined,
      showgrid: false, ticks: "outside", tickcolor: looks.line, hoverformat: ".2~f",
    },
    yaxis: { ...axis, range: chart.range, tickformat: chart.tickformat, nticks: 7 },
    shapes: chart.marks.map(({ at, color }) => levelAt(at, { color, width: 2 })),
    annotations: [...chart.marks.map(markText), ...(runs.length || !hint ? [] : [hintText(hint)])],
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

function hintText(hint) {
  return {
    xref: "paper", yref: "paper", x: 0.5, y: 0.5, text: escapeLabel(hint), showarrow: false, font: { size: 18 },
    opacity: 0.7,
  };
}
