// A difference over all looks at it, and several that are judged together: levels, intervals, and what they show.

import { halfWidth, withSpread } from "./difference.js";

export const ALPHA = 0.05;
const FIRST = 0.04; // the share of the first look
const LATER = 0.01; // and of all later ones
const PILES = 1.2;
const MOST_IN_PILES = 4; // seeds
/**
 * @typedef {import("./difference.js").Test} Test
 * @typedef {ReturnType<typeof concluded>} Difference
 * @typedef {{ tests: Test[], levels: number[], scope: "settings" | "networks", looks: number, margin: number }} Looked
 */

// The level of a look, counted from 1: all add up to ALPHA.
export const levelOf = (look) => (look === 1 ? FIRST : LATER / ((look - 1) * look));

// The smallest p as a multiple of the level of its look.
const strengthOf = ({ tests, levels }) => Math.min(...tests.map(({ p }, look) => p / levels[look]));

// Settings are better, trained networks are ahead.
const aheadOf = (direction, scope) => `${direction > 0 ? "a" : "b"} is ${scope === "networks" ? "ahead" : "better"}`;

// What the tests of all looks show, at levels divided by a number of comparisons.
/** @param {Looked} looked */
function concluded(looked, divisor) {
  const { tests, levels, margin } = looked;
  const intervals = tests.map((test, look) => {
    const half = halfWidth(test, levels[look] / divisor);
    return { half, low: Math.max(-1, test.difference - half), high: Math.min(1, test.difference + half) };
  });
  const [newest, last] = [tests.at(-1), intervals.at(-1)];
  const low = Math.max(...intervals.map((interval) => interval.low));
  const high = Math.min(...intervals.map((interval) => interval.high));
  const isContradictory = !(low <= newest.difference && newest.difference <= high);
  const isDecided = strengthOf(looked) <= 1 / divisor && !isContradictory;
  const isEqual = -margin < low && low <= high && high < margin; // one of them may be better as well
  const isWhole = newest.difference - last.half >= low && newest.difference + last.half <= high;
  return {
    ...looked, divisor, newest, limits: [low, high], isContradictory, isDecided, isEqual,
    verdict: isContradictory ? "contradictory"
      : isDecided ? aheadOf(low + high, looked.scope) : isEqual ? "equal" : "unknown",
    // Only where the newest look alone makes the interval, and no limit is cut off, does ± stand for it.
    halfWidth: isWhole ? last.half : undefined,
    alpha: levels.at(-1) / divisor,
    level: 1 - levels.reduce((sum, level) => sum + level, 0) / divisor,
  };
}

// Differences with levels for being compared together: of all pairs of so many settings, with Shaffer's divisors.
/** @param {Looked[]} differences */
export function judgedTogether(differences, settings) {
  const all = settings * (settings - 1) / 2;
  const divisors = differences.length === all ? shaffer(settings)
    : differences.map((_, place) => differences.length - place); // Holm's
  const looked = differences.length < 2 ? differences
    : differences.map((difference) => among(difference, differences, divisors[0]));
  const strengths = looked.map(strengthOf);
  const ranked = strengths.map((strength) => Number(Math.max(strength, 1e-300).toExponential(9))); // as in Python
  const judged = [];
  let undecided = 0;
  [...looked.keys()].sort((a, b) => ranked[a] - ranked[b]).forEach((place, rank) => {
    judged[place] = concluded(looked[place], undecided || divisors[rank]);
    if (strengths[place] > 1 / divisors[rank]) undecided ||= divisors[rank]; // a contradictory pair was told apart
  });
  return judged;
}

// A difference whose tests have the widest spread of all settings, where that explains the difference: seeds of two
// settings can lie in one of two piles each, which another setting's seeds show.
function among(difference, all, divisor) {
  const tests = difference.tests.map((test, look) => {
    const level = difference.levels[look];
    const runs = test.spreads.reduce((sum, spread) => sum + spread.runs, 0);
    const isNoChance = test.p > level || 2 ** (1 - runs) <= level / divisor;
    if (!test.spreads.length || Math.max(...test.runs) > MOST_IN_PILES || isNoChance) return test;
    // What is trained later does not take a verdict back.
    const spreads = all.flatMap(({ tests: others }) => (
      others.filter(({ at }) => at <= test.at).slice(-1).flatMap((other) => other.spreads)
    ));
    const widest = spreads.reduce((a, b) => (b.variance > a.variance ? b : a));
    // A single seed of n that lies apart by a distance gives a deviation of the distance / √n.
    const reach = PILES * Math.sqrt(Math.min(...test.runs) * widest.variance);
    return Math.abs(test.difference) <= reach ? withSpread(test, widest) : test;
  });
  return { ...difference, tests };
}

// How many pairs can be equal at most, if none was told apart, one, two, …
function shaffer(settings) {
  const possible = [[0], [0]]; // the numbers of equal pairs that so many settings can have
  for (let count = 2; count <= settings; count++) {
    const numbers = new Set();
    for (let size = 1; size <= count; size++) {
      for (const rest of possible[count - size]) numbers.add(size * (size - 1) / 2 + rest);
    }
    possible.push([...numbers]);
  }
  const pairs = settings * (settings - 1) / 2;
  return Array.from({ length: pairs }, (_, apart) => (
    Math.max(...possible[settings].filter((number) => number <= pairs - apart))
  ));
}
