// The curves of networks that are trained here, as a message for the charts, as browser/curves.py makes it.

import { studentQuantile } from "../../browser/judging/distributions.js";

const FEWEST_WITH_BAND = 5; // seeds, as there

// networks: with their seeds' trainings.
export function curvesMessage(charts, networks) {
  const names = charts.flatMap(({ training, validation }) => [validation, training]).filter(Boolean);
  return {
    charts: charts.map((chart) => ({ ...chart, baselines: [] })),
    epochs: Math.max(...networks.map(({ settings }) => settings.epochs)),
    groups: networks.map(({ id, title: label, color, marker, seeds }) => ({
      id, label, color, marker, ...(seeds.length > 1 ? ofSeveral(seeds, names) : ofOne(seeds[0], names)),
    })),
  };
}

const valuesOf = ({ figures }, name) => figures.map((epoch) => epoch[name] ?? null);
const byName = (names, valueOf) => Object.fromEntries(names.map((name) => [name, valueOf(name)]));

const ofOne = (seed, names) => ({ figures: byName(names, (name) => valuesOf(seed, name)) });

function ofSeveral(seeds, names) {
  // Runs that trained to their end are in the means; while there are none, all are.
  const ended = seeds.filter(({ status }) => status === "finished");
  const begun = seeds.filter(({ figures }) => figures.length);
  const averaged = ended.length ? ended : seeds;
  const epochs = Math.max(...averaged.map(({ figures }) => figures.length));
  const at = (name, epoch) => averaged.map((seed) => valuesOf(seed, name)[epoch]).filter(Number.isFinite);
  const places = Array.from({ length: epochs }, (_, epoch) => epoch);
  const means = byName(names, (name) => places.map((epoch) => mean(at(name, epoch))));
  const half = byName(names, (name) => (
    places.map((epoch) => at(name, epoch)).filter(({ length }) => length >= FEWEST_WITH_BAND).map(halfWidth)
  ));
  return {
    figures: means,
    seeds: {
      counts: places.map((epoch) => averaged.filter(({ figures }) => figures.length > epoch).length), every: 1, half,
      single: byName(names, (name) => begun.map((seed) => valuesOf(seed, name))),
    },
  };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Of the 95 % interval of the mean of seeds.
function halfWidth(values) {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  return studentQuantile(values.length - 1, 0.025) * Math.sqrt(variance / values.length);
}
