// How gradient flow changed from epoch to epoch: played back, beside the effective memory of every epoch.
// The message holds everything (see pages/inside/gradient_history.py).

import {
  CLEAR, axisIn, axisTitle, cursorAt, layoutIn, look, onPointClick, sizeIn,
} from "./chart_look.js";
import { config } from "./chart_tools.js";
import { changes, component } from "./component.js";
import { element } from "./dom.js";
import { buildStepper } from "./stepper.js";

export const { render, dispose } = component("rc-inside", (root, { redraw }) => {
  const isNew = changes();
  let history;
  return {
    update(data) {
      if (!isNew(data)) return;
      const pace = history?.pace ?? 2;
      history?.end();
      root.replaceChildren();
      history = buildHistory(root, data, pace, redraw);
      redraw();
    },
    draw: (plotly) => history.draw(plotly),
    end: () => history?.end(),
  };
});

function buildHistory(root, data, pace, redraw) {
  const steps = buildStepper(root, {
    unit: "epoch", count: data.epochs.length, pace, onStep: redraw,
    where: (at) => (data.epochs[at] ? `after epoch ${data.epochs[at]}` : "before training"),
  });
  const charts = element("div", "rc-history", root);
  const flow = element("div", "rc-history-flow", charts);
  const memories = element("div", "rc-history-memories", charts);
  const ofFlow = config("gradient_flow"), ofMemories = config("effective_memory");
  return {
    get pace() { return steps.pace; },
    draw(plotly) {
      const looks = look(root);
      const epoch = data.epochs[steps.at];
      const lines = [...data.runs.flatMap((run) => flowTraces(run, epoch)), ...carryLegend(data.runs)];
      plotly.react(flow, lines, flowLayout(data, looks, flow), ofFlow);
      const layout = memoryLayout(data, epoch, looks, memories);
      plotly.react(memories, data.runs.flatMap(memoryTraces), layout, ofMemories);
      onPointClick(memories, (clicked) => steps.jump(data.epochs.indexOf(clicked)));
    },
    end: steps.end,
  };
}

// The lines of a run as they were after an epoch, or after the last one before it that was recorded.
export function flowTraces(run, epoch) {
  const at = run.epochs.findLastIndex((recorded) => recorded <= epoch);
  return run.lines.map(({ name, track, dash, places, values }) => ({
    type: "scatter", mode: "lines", name, x: places, y: at < 0 ? [] : values[at], showlegend: track === "hidden state",
    line: { color: run.color, dash, width: track === "hidden state" ? 3.5 : 2.5 }, hoverlabel: { namelength: -1 },
    hovertemplate: `${track}, word %{x:,} from the end: %{y:.2e}`,
  }));
}

// What the dashed lines are, where there are any: once for all networks.
export function carryLegend(runs) {
  if (!runs.some((run) => run.lines.some(({ track }) => track === "carry track"))) return [];
  const line = { color: "#888888", dash: "dash", width: 3 };
  return [{ type: "scatter", mode: "lines", name: "carry track", x: [null], y: [null], line }];
}

function memoryTraces(run) {
  return run.memories.map(({ name, dash, words }) => ({
    type: "scatter", mode: "lines+markers", name, x: run.epochs, y: words, line: { color: run.color, dash, width: 3 },
    marker: { symbol: run.symbol, size: 9 }, hoverlabel: { namelength: -1 },
    hovertemplate: "epoch %{x}: %{y:,} words",
  }));
}

function flowLayout({ place, longest, decades }, looks, node) {
  return {
    ...frame(looks, node), showlegend: true,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", bgcolor: CLEAR },
    xaxis: axis(looks, place, { range: [longest + 0.5, 0] }),
    // The same for all epochs, so that what moves are the lines.
    yaxis: axis(looks, "size of the gradient", {
      type: "log", range: decades, exponentformat: "power", dtick: decadesBetweenTicks(decades),
    }),
  };
}

function memoryLayout({ epochs }, epoch, looks, node) {
  return {
    ...frame(looks, node), showlegend: false,
    xaxis: axis(looks, "epoch", { range: [epochs[0] - 0.3, epochs.at(-1) + 0.3], nticks: 8, tickformat: "d" }),
    yaxis: axis(looks, "effective memory in words", { rangemode: "tozero" }),
    shapes: [cursorAt(epoch, looks)],
  };
}

function frame(looks, node) {
  return { ...layoutIn(looks), ...sizeIn(node), margin: { l: 10, r: 12, t: 8, b: 40 } };
}

function axis(looks, title, more) {
  return { ...axisIn(looks), fixedrange: true, automargin: true, title: axisTitle(title), ...more };
}

export function decadesBetweenTicks([low, high]) {
  return Math.max(1, Math.round((high - low) / 6));
}
