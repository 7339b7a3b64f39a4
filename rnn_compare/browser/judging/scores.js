// The accuracy of one training, and the variance between trainings that differ in their seed alone.

// A variance between seeds, and an interval, take so many.
export const FEWEST = 3;

/**
 * @typedef {{ accuracy: number, correct?: Uint8Array | number[] | null, reviews: number, roundedTo?: number }} Score
 * @typedef {{ variance: number, noise: number, runs: number }} Spread
 */

// The accuracy of the best epoch, chosen on one half of the reviews and measured on the other, both ways, so that no
// review measures an epoch that it helped to choose. Of each epoch which reviews were right, 0 or 1.
/** @returns {Score} */
export function score(correctByEpoch) {
  const reviews = correctByEpoch[0].length;
  const correct = new Uint8Array(reviews);
  for (const half of [0, 1]) {
    let [most, best] = [-1, 0];
    correctByEpoch.forEach((right, epoch) => {
      let count = 0;
      for (let place = 1 - half; place < reviews; place += 2) count += right[place];
      if (count > most) [most, best] = [count, epoch];
    });
    for (let place = half; place < reviews; place += 2) correct[place] = correctByEpoch[best][place];
  }
  return { accuracy: correct.reduce((sum, right) => sum + right, 0) / reviews, correct, reviews };
}

export const total = (values) => values.reduce((sum, value) => sum + value, 0);
export const mean = (scores) => total(scores.map(({ accuracy }) => accuracy)) / scores.length;

// The same, rounded once: equal means of other seeds are equal (Neumaier 1974).
export function exactMean(scores) {
  let [sum, lost] = [0, 0];
  for (const { accuracy } of scores) {
    const next = sum + accuracy;
    lost += sum >= accuracy ? (sum - next) + accuracy : (accuracy - next) + sum;
    sum = next;
  }
  return (sum + lost) / scores.length;
}

// Which of the same reviews each got right; undefined if that is not known of all.
export function stacked(scores) {
  const rows = scores.map(({ correct }) => correct);
  const isKnown = rows.every((row) => row && row.length === rows[0].length && row.length > 1);
  return isKnown ? rows : undefined;
}

export function variance(values) {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const middle = sum / values.length;
  for (const value of values) squares += (value - middle) ** 2;
  return squares / (values.length - 1);
}

/** @returns {Spread} */
export function spread(scores) {
  // Accuracies move in steps. A rounding error is uniform over a step: its variance is step²/12.
  const step = Math.max(...scores.map(({ reviews, roundedTo = 0 }) => Math.max(1 / reviews, roundedTo)));
  const between = variance(scores.map(({ accuracy }) => accuracy));
  return { variance: Math.max(between, step ** 2 / 12), noise: noise(scores), runs: scores.length };
}

// The variance of a single answer between runs, beyond the shift that all answers of a run share: half the variance
// over reviews of the difference of two runs, averaged over all pairs.
function noise(scores) {
  const rows = stacked(scores);
  if (!rows) return 0;
  const [count, counts] = [rows.length, countsOf(rows)];
  const reviews = counts.length;
  const right = rows.map((row) => row.reduce((sum, answer) => sum + answer, 0));
  const squares = total(right.map((ofRun) => ofRun - ofRun * ofRun / reviews)); // about each run's mean
  const products = variance(counts) * (reviews - 1) - squares;
  return Math.max(0, (squares / count - products / (count * (count - 1))) / (reviews - 1));
}

// How many runs got each review right.
export function countsOf(rows) {
  const counts = new Uint16Array(rows[0].length);
  for (const row of rows) for (let review = 0; review < row.length; review++) counts[review] += row[review];
  return counts;
}
