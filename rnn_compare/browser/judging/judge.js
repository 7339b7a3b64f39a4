// The judgement on settings by several seeds of each, as `comparison/inference` makes it: every pair, and the order.

import { compareNetworks, compareSettings, fewestReviews } from "./difference.js";
import { ALPHA, judgedTogether, levelOf } from "./levels.js";
import { exactMean, FEWEST } from "./scores.js";

/**
 * @typedef {import("./levels.js").Looked} Looked
 * @typedef {import("./levels.js").Difference} Difference
 */

export const FEWEST_REVIEWS = 20; // held-out ones, that a verdict takes
export const UNCOUNTED = 1e12; // reviews of accuracies alone: the verdict holds for these reviews
const MARGIN = 0.01;

// settings: two or more, with names that differ, a score of each seed (`scores.score`), at least one, and when each
// seed was submitted (empty: all are looked at for the first time). basis: how accuracies were reached, a key of
// `words.where`.
/** @param {{ name: string, scores: import("./scores.js").Score[], submitted?: number[] }[]} settings */
export function judge(settings, { margin = MARGIN, basis = "kept" } = {}) {
  const samples = settings.map((setting) => ({ submitted: [], ...setting, accuracy: exactMean(setting.scores) }));
  const compared = samples.flatMap((a, place) => samples.slice(place + 1).map((b) => (
    { a, b, basis, reviews: fewestReviews(a.scores, b.scores), ...looksAt(a, b, margin) }
  )));
  const tested = compared.filter(({ looked }) => looked);
  const count = new Set(tested.flatMap(({ a, b }) => [a, b])).size;
  const together = judgedTogether(tested.map(({ looked }) => looked), count);
  const differences = new Map(tested.map((pair, place) => [pair, together[place]]));
  const pairs = compared.map((pair) => asPair(pair, differences.get(pair)));
  const byAccuracy = [...samples].sort((a, b) => b.accuracy - a.accuracy);
  const worse = new Set(pairs.filter(({ winner }) => winner).map(({ ordered }) => ordered[1]));
  const leader = byAccuracy.find((sample) => !worse.has(sample)) ?? byAccuracy[0];
  const againstLeader = pairs.filter(({ a, b }) => a === leader || b === leader);
  const isBest = samples.length > 1 && againstLeader.every(({ winner, verdict }) => (
    winner === leader && verdict.endsWith("better")
  ));
  return {
    settings: samples, pairs, againstLeader, best: isBest ? leader : undefined,
    order: [leader, ...byAccuracy.filter((sample) => sample !== leader)],
  };
}

export const otherOf = ({ a, b }, sample) => (sample === a ? b : a);

// The tests of all looks at which both had enough seeds; of the networks as they are, where seeds are too few.
/** @returns {{ obstacle?: string, looked?: Looked }} */
function looksAt(a, b, margin) {
  const reviews = fewestReviews(a.scores, b.scores);
  if (reviews < FEWEST_REVIEWS) return { obstacle: "too few reviews" };
  const times = [...new Set([...a.submitted, ...b.submitted])].sort((first, second) => first - second);
  const until = ({ scores, submitted }, time) => (
    submitted.length ? scores.filter((_, seed) => submitted[seed] <= time) : scores
  );
  const looks = (times.length ? times : [0]).map((time) => ({ time, a: until(a, time), b: until(b, time) }));
  const tests = looks.filter((look) => Math.min(look.a.length, look.b.length) >= FEWEST)
    .map((look) => compareSettings(look.a, look.b, look.time));
  const levels = tests.map((_, look) => levelOf(look + 1));
  if (tests.length) return { looked: { margin, looks: tests.length, tests, levels, scope: "settings" } };
  if (reviews === UNCOUNTED) return { obstacle: "too few seeds" };
  const test = compareNetworks(a.scores, b.scores);
  return { looked: { margin, looks: 1, tests: [test], levels: [ALPHA], scope: "networks" } };
}

/**
 * @param {any} compared
 * @param {Difference | undefined} difference
 */
function asPair({ a, b, basis, reviews, obstacle }, difference) {
  const verdict = difference?.verdict ?? "unknown";
  const winner = { a, b }[verdict.split(" ")[0]];
  const ahead = winner ?? (b.accuracy > a.accuracy ? b : a);
  const { limits: [low, high], newest: { difference: middle } } = difference ?? { limits: [], newest: {} };
  // The lower limit of the lead of the one that is ahead, the lead itself, and the upper limit.
  const lead = difference && (ahead === b ? [-high, -middle, -low] : [low, middle, high]);
  return { a, b, basis, reviews, obstacle, difference, verdict, winner, ordered: [ahead, ahead === a ? b : a], lead };
}
