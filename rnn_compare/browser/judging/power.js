// Power: the number of seeds that a difference of two settings takes to be detected.

import { satterthwaite } from "./difference.js";
import { beyond, chiSquareQuantile, studentQuantile } from "./distributions.js";
import { levelOf } from "./levels.js";
import { FEWEST } from "./scores.js";

const POWER = 0.8;
const MOST = 100_000; // seeds that are tried
const SURE = 0.05; // the chance that the variance between seeds lies beyond either limit of its interval

// Limits of the seeds of each setting with which the next look detects a difference of the margin; undefined: none
// suffices, since the reviews alone hide it.
export function seedsToSee({ newest, looks, divisor, margin }) {
  const estimates = newest.widest ? [newest.widest] : newest.spreads;
  const df = satterthwaite(estimates.map(({ variance, runs }) => [variance / runs, runs - 1]));
  const alpha = levelOf(looks + 1) / divisor;
  return [SURE, 1 - SURE].map((chance) => {
    const factor = df / chiSquareQuantile(df, chance);
    const variances = [estimates[0], estimates.at(-1)].map(({ variance }) => factor * variance);
    return seedsNeeded(variances, newest.ofReviews, margin, alpha);
  });
}

function seedsNeeded(variances, ofReviews, difference, alpha) {
  const suffices = (seeds) => {
    const parts = variances.map((variance) => [variance / seeds, seeds - 1]);
    const df = satterthwaite([...parts, [ofReviews, Infinity]]);
    const shift = difference / Math.sqrt((variances[0] + variances[1]) / seeds + ofReviews);
    return beyond(df, shift, studentQuantile(df, alpha / 2)) >= POWER;
  };
  if (!suffices(MOST)) return undefined;
  let [low, high] = [FEWEST, MOST];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
