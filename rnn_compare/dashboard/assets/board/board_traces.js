// The lines and areas of one chart of the board for Plotly: a run's curves, the mean over seeds with its interval.

import { escapeLabel, faded } from "../../../browser/drawing/charts/chart_look.js";
import {
  BAND_OPACITY, bandOf, curvesOf, epochs, isThere, seedsAt,
} from "../../../browser/drawing/curves/curves_message.js";

const HATCHES = ["/", "\\"];

// Areas come first, as they lie behind. Then two lines for each group, training and validation; a missing one is empty.
export function traces(chart, groups, hidden, { gap = false } = {}) {
  const drawn = groups.map((group) => curvesOf(chart, group));
  const each = (make) => drawn.flatMap((curves, index) => {
    const group = groups[index];
    const visible = !hidden.has(group.id);
    return make(curves, group, index).map((trace) => ({
      type: "scatter", mode: "lines", name: escapeLabel(group.label), meta: group.id, visible,
      ...trace, uid: `${group.id}-${trace.uid}`,
    }));
  });
  return [
    ...(gap ? each((curves, { color }, index) => gapArea(curves, color, HATCHES[index % HATCHES.length])) : []),
    ...each((curves, { color }) => band(chart, curves, color)),
    ...each((curves, { color }) => singleSeeds(curves, color)),
    ...each((curves, group) => [trainingLine(chart, curves, group), validationLine(chart, curves, group)]),
  ];
}

function trainingLine(chart, { training }, { color }) {
  return {
    uid: "training", ...training,
    line: { color, width: 2.5, dash: "6px,5px" }, opacity: 0.8,
    hovertemplate: `%{fullData.name} training %{y:${chart.hoverformat}}${chart.unit}<extra></extra>`,
  };
}

function validationLine(chart, curves, { color, marker }) {
  const { validation, counts } = curves;
  const value = `<b>%{y:${chart.hoverformat}}${chart.unit}</b>`;
  const template = (index) =>
    `%{fullData.name} ${chart.solid} ${value}${seedsAt(curves, index)}<extra></extra>`;
  return {
    uid: "validation", mode: "lines+markers", cliponaxis: false, ...validation,
    line: { color, width: 3.5 }, marker: { symbol: marker, size: 9, color },
    hovertemplate: counts.length ? validation.y.map((_, index) => template(index)) : template(0),
  };
}

function band(chart, curves, color) {
  const { high, low } = bandOf(chart, curves) ?? {};
  return high ? [area("band", high, low, { fillcolor: faded(color, BAND_OPACITY) })] : [];
}

function singleSeeds({ single, every }, color) {
  return single.map((values, index) => ({
    uid: `seed-${index}`, x: epochs(values, every), y: values, line: { color, width: 1.25 }, opacity: 0.55,
    hoverinfo: "skip",
  }));
}

// The area between training and validation, hatched to set it apart from a band.
function gapArea({ training, validation }, color, shape) {
  const both = [...validation.y.keys()].filter((at) => isThere(validation.y[at]) && isThere(training.y[at]));
  const line = ({ x, y }) => ({ x: both.map((index) => x[index]), y: both.map((index) => y[index]) });
  if (both.length < 2) return [];
  const hatched = { shape, size: 8, solidity: 0.12, fgcolor: color, fgopacity: 0.5, bgcolor: faded(color, 0.07) };
  return [area("gap", line(training), line(validation), { fillcolor: faded(color, 0.07), fillpattern: hatched })];
}

function area(uid, upper, lower, filled) {
  const back = (values) => values.map((_, index) => values.at(-1 - index));
  return {
    uid, x: [...upper.x, ...back(lower.x)], y: [...upper.y, ...back(lower.y)], fill: "toself",
    mode: "none", hoverinfo: "skip", ...filled,
  };
}
