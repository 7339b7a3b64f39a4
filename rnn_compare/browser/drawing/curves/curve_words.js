// The text alternative of a chart over the epochs: the course of each network's curves, and the lines across them.

import { courseOf } from "../charts/chart_words.js";
import { curvesOf, isUnrecorded, seedsAt } from "./curves_message.js";

/** @param {Chart} chart @param {Curves[]} groups */
export function curveWords(chart, groups, hidden = new Set()) {
  const levels = (chart.baselines ?? []).map(({ text }) => text.replaceAll("\n", " "));
  return [
    ...groups.filter(({ id }) => !hidden.has(id)).map((group) => networkWords(chart, group)),
    ...(levels.length ? [`Lines across it: ${levels.join("; ")}.`] : []),
  ];
}

function networkWords(chart, group) {
  const curves = curvesOf(chart, group);
  const validation = course(chart, curves.validation.y, (index) => seedsAt(curves, index));
  const ended = curves.training.y.filter((_, index) => Number.isInteger(curves.training.x[index]));
  const training = course(chart, ended);
  const said = [validation && `${chart.called} ${validation}`, training && `in training ${training}`].filter(Boolean);
  const some = curves.counts.length ? "not recorded by every seed" : "no epoch has ended yet";
  return `${group.label}: ${said.join("; ") || (isUnrecorded(chart, group) ? "not recorded" : some)}.`;
}

/** @param {Chart} chart @param {number[]} values @param {(index: number) => string} note */
function course({ best, hoverformat, unit }, values, note = () => "") {
  const [, digits] = /\.(\d+)/.exec(hoverformat);
  return courseOf(values, {
    written: (value, index) => `${value.toFixed(digits)}${unit}${note(index)}`,
    at: (index) => `in epoch ${index + 1}`, extremes: [best],
  });
}
