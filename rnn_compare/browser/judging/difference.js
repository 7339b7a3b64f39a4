// One test of the difference of two settings, or of two groups of trained networks (docs/comparison.md).

import { studentQuantile, studentTail } from "./distributions.js";
import { countsOf, mean, spread, stacked, variance } from "./scores.js";

/**
 * @typedef {import("./scores.js").Score} Score
 * @typedef {import("./scores.js").Spread} Spread
 * @typedef {{ difference: number, runs: number[], df: number, ofSeeds: number, ofReviews: number, spreads: Spread[],
 *   at: number, widest?: Spread, p: number }} Test
 */

// The degrees of freedom of a sum of variances (Satterthwaite 1946).
export const satterthwaite = (parts) => (
  parts.reduce((sum, [share]) => sum + share, 0) ** 2 / parts.reduce((sum, [share, df]) => sum + share ** 2 / df, 0)
);

const withP = (test) => (
  { ...test, p: 2 * studentTail(test.df, Math.abs(test.difference) / Math.sqrt(test.ofSeeds + test.ofReviews)) }
);

// Half the width of the interval that misses the true difference with a probability of alpha.
export const halfWidth = ({ df, ofSeeds, ofReviews }, alpha) => (
  studentQuantile(df, alpha / 2) * Math.sqrt(ofSeeds + ofReviews)
);

// The test with another variance between seeds, the same for both settings.
/** @returns {Test} */
export const withSpread = (test, widest) => withP({
  ...test, df: widest.runs - 1, ofSeeds: widest.variance * (1 / test.runs[0] + 1 / test.runs[1]), widest,
});

// Whether two settings would differ if they were trained again: Welch's test over the seeds, with the variance of the
// reviews added, less the noise of single answers in it.
/** @returns {Test} */
export function compareSettings(a, b, at = 0) {
  const spreads = [a, b].map(spread);
  const parts = spreads.map((ofSetting) => [ofSetting.variance / ofSetting.runs, ofSetting.runs - 1]);
  const ofReviews = shareOfReviews(a, b, spreads[0].noise / a.length + spreads[1].noise / b.length);
  const df = satterthwaite([...parts, [ofReviews, Math.max(1, fewestReviews(a, b) - 1)]]);
  const ofSeeds = parts[0][0] + parts[1][0];
  return withP({ difference: mean(a) - mean(b), runs: [a.length, b.length], df, ofSeeds, ofReviews, spreads, at });
}

// Whether trained networks, as they are, would differ on other reviews: Student's paired t over the reviews.
/** @returns {Test} */
export function compareNetworks(a, b) {
  const [df, ofReviews] = [Math.max(1, fewestReviews(a, b) - 1), shareOfReviews(a, b, 0)];
  const runs = [a.length, b.length];
  return withP({ difference: mean(a) - mean(b), runs, df, ofSeeds: 0, ofReviews, spreads: [], at: 0 });
}

export const fewestReviews = (a, b) => Math.min(...[...a, ...b].map(({ reviews }) => reviews));

// The variance of the difference that comes from the choice of reviews.
function shareOfReviews(a, b, noise) {
  const [rows, reviews] = [stacked([...a, ...b]), fewestReviews(a, b)];
  if (!rows) return shareVariance(mean(a), reviews) + shareVariance(mean(b), reviews);
  const [ofA, ofB] = [countsOf(rows.slice(0, a.length)), countsOf(rows.slice(a.length))];
  const apart = new Float64Array(ofA.length);
  for (let review = 0; review < apart.length; review++) apart[review] = ofA[review] / a.length - ofB[review] / b.length;
  const between = variance(apart);
  // One review more that only a gets right, and one that only b does: where nobody errs, further reviews differ.
  return (Math.max(0, between - noise) + 2 / (reviews + 2)) / reviews;
}

// One success and one failure are added, since 0 and 1 vary too.
function shareVariance(share, reviews) {
  const careful = (share * reviews + 1) / (reviews + 2);
  return careful * (1 - careful) / reviews;
}
