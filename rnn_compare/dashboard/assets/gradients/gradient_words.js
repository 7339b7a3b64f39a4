// The text alternatives of the gradient charts: the gradient's reach at a moment, and its course over the epochs.

import { courseOf } from "../charts/chart_words.js";
import { TRACKS, flowsAt, nameOf } from "./gradient_traces.js";

const DISTANCES = [1, 10, 100]; // in words from the end; the farthest is added
const SAID = {
  relative: (value, place) => `${value ? Number(value.toPrecision(2)) : 0} at word ${shown(place)} from the end`,
  share: (value, place) => `the last ${holders(place)} ${(100 * value).toFixed(1)} %`,
};

export function saidEpoch(epoch) {
  return epoch ? `after epoch ${epoch}` : "before training";
}

export function counted(words) {
  return `${shown(words)} word${words === 1 ? "" : "s"}`;
}

export function shown(number) {
  return number.toLocaleString("en");
}

// A sentence for each line of a run at a moment; kind: "relative" or "share".
export function flowWords(run, moment, kind) {
  return flowsAt(run, moment).flatMap((flow) => Object.keys(TRACKS).filter((track) => flow[track]).map((track) => {
    const [middle] = flow[track][kind];
    const said = placesToTell(flow.places).map((index) => SAID[kind](middle[index], flow.places[index]));
    return `${nameOf(run, flow.backward)}, ${TRACKS[track]}: ${said.join("; ")}.`;
  }));
}

// A sentence for each direction of a run, over all epochs.
export function memoryWords(run) {
  return run.directions.map(({ backward, flows }) => {
    const course = courseOf(flows.map(({ states }) => states.memory[0]), {
      written: counted, at: (index) => saidEpoch(run.epochs[index]), extremes: ["highest"],
    });
    return `${nameOf(run, backward)}: ${course}.`;
  });
}

function holders(words) {
  return words === 1 ? "word holds" : `${counted(words)} hold`;
}

function placesToTell(places) {
  const found = DISTANCES.map((distance) => places.findLastIndex((place) => place <= distance));
  const told = new Set([...found.filter((index) => index >= 0), places.length - 1]);
  return [...told].toSorted((one, other) => one - other);
}
