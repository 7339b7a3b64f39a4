// The lines and layouts of the gradient charts: size, share, and reach by epoch.

import {
  axisIn, axisTitle, cursorAt, escapeLabel, faded, inPercent, layoutIn, levelAt, percentAxis, sizeIn,
} from "../charts/chart_look.js";

// Dashes have the same meaning in all charts.
export const DASHES = { states: ["solid", "dot"], carry: ["dash", "dashdot"] };
export const TRACKS = { states: "hidden state", carry: "carry track" };
const BAND = 0.16; // opacity
// How a value is drawn, and the hover text.
const KINDS = {
  relative: {
    written: Number,
    said: ({ size }) => `%{y:.2e} of the last word's${size ? `, which is ${size.toPrecision(2)}` : ""}`,
  },
  share: { written: inPercent, said: () => "words from there on: %{y:.1f} %" },
};

// Stands for each run's own epoch: the one whose weights are shown.
export const OWN = null;

// The index of the run's epoch shown at a moment: that epoch or the last known one before it; -1 for none.
export function knownAt({ epochs, at }, moment) {
  return epochs.findLastIndex((known) => known <= (moment === OWN ? at : moment));
}

// The gradient flow of a run at a moment, for each direction.
export function flowsAt(run, moment) {
  const known = knownAt(run, moment);
  return known < 0 ? [] : run.directions.map(({ backward, flows }) => ({ backward, ...flows[known] }));
}

// The run's title, with the direction if there are two.
export function nameOf(run, backward) {
  return run.directions.length < 2 ? run.title : `${run.title} ${backward ? "backward" : "forward"}`;
}

// kind: "relative" or "share". Areas come first, as they lie behind.
export function flowTraces(run, moment, kind) {
  const flows = flowsAt(run, moment);
  const traces = [
    ...flows.map(({ places, states }) => band(run, places, states[kind].slice(1), KINDS[kind].written)),
    ...flows.flatMap((flow) => Object.keys(TRACKS).filter((track) => flow[track]).map(
      (track) => line(run, flow, track, kind),
    )),
    ...(kind === "share" ? flows.filter(({ states }) => states.memory[0]).map((flow) => mark(run, flow)) : []),
  ];
  return traces.map((trace) => ({ type: "scatter", showlegend: false, hoverlabel: { namelength: -1 }, ...trace }));
}

// The middle half of the reviews: the area between two rows, where both are known.
function band({ color }, x, [one, other], written = Number) {
  const there = one ? [...x.keys()].filter((at) => one[at] > 0 && other[at] > 0) : [];
  const back = there.toReversed();
  return {
    mode: "none", fill: "toself", fillcolor: faded(color, BAND), hoverinfo: "skip",
    x: [...there, ...back].map((at) => x[at]),
    y: [...there.map((at) => one[at]), ...back.map((at) => other[at])].map(written),
  };
}

function line(run, flow, track, kind) {
  const { written, said } = KINDS[kind];
  return {
    mode: "lines", name: escapeLabel(nameOf(run, flow.backward)), x: flow.places,
    y: flow[track][kind][0].map((value) => (value > 0 ? written(value) : null)), // a logarithm cannot show 0
    line: { color: run.color, dash: DASHES[track][Number(flow.backward)], width: track === "states" ? 3.5 : 2.5 },
    hovertemplate: `${TRACKS[track]}, word %{x:,} from the end: ${said(flow[track])}`,
  };
}

function mark(run, { states }) {
  return {
    mode: "markers", x: [states.memory[0]], y: [50], hoverinfo: "skip",
    marker: { color: run.color, symbol: run.symbol, size: 13 },
  };
}

// The marker of the current epoch is larger.
export function memoryTraces(run, moment) {
  const size = run.epochs.map((_, index) => (index === knownAt(run, moment) ? 16 : 8));
  return run.directions.flatMap(({ backward, flows }) => {
    const [middle, lower, upper] = [0, 1, 2].map((row) => flows.map(({ states }) => states.memory[row]));
    const name = escapeLabel(nameOf(run, backward));
    const known = lower.every((words) => words > 0);
    return [
      band(run, run.epochs, known ? [lower, upper] : []),
      {
        mode: "lines+markers", name, x: run.epochs, y: middle, hoverlabel: { namelength: -1 },
        line: { color: run.color, dash: DASHES.states[Number(backward)], width: 3 },
        marker: { symbol: run.symbol, size, opacity: 1, line: { width: 0 } }, hovertemplate: "epoch %{x}: %{y:,} words",
      },
    ].map((trace) => ({ type: "scatter", showlegend: false, ...trace }));
  });
}

// The axes are the same for all epochs, so that only the lines move.
export function sizeLayout({ place, longest, decades }, looks, node) {
  return {
    ...frame(looks, node),
    xaxis: axis(looks, place, { range: [longest + 0.5, 0] }),
    yaxis: axis(looks, "", {
      type: "log", range: decades, exponentformat: "power", dtick: decadesBetweenTicks(decades),
    }),
  };
}

export function reachLayout({ place, longest }, looks, node) {
  return {
    ...frame(looks, node),
    xaxis: axis(looks, place, { range: [longest + 0.5, 0] }),
    yaxis: axis(looks, "", percentAxis(-2, 102)),
    shapes: [levelAt(50, { color: looks.ink, width: 1.5, dash: "solid" })],
    annotations: [{
      text: "one half", x: 0, xref: "paper", xanchor: "left", y: 50, yanchor: "top", showarrow: false,
    }],
  };
}

export function memoryLayout({ epochs }, moment, looks, node) {
  return {
    ...frame(looks, node),
    xaxis: axis(looks, "epoch", { range: [epochs[0] - 0.3, epochs.at(-1) + 0.3], nticks: 8, tickformat: "d" }),
    yaxis: axis(looks, "", { rangemode: "tozero", nticks: 5 }),
    shapes: moment === OWN ? [] : [cursorAt(moment, looks)],
  };
}

function frame(looks, node) {
  return { ...layoutIn(looks), ...sizeIn(node), margin: { l: 10, r: 12, t: 8, b: 40 }, showlegend: false };
}

function axis(looks, title, more) {
  return { ...axisIn(looks), fixedrange: true, automargin: true, title: axisTitle(title), ...more };
}

export function decadesBetweenTicks([low, high]) {
  return Math.max(1, Math.round((high - low) / 5));
}
