// How far each word moved a network's verdict.

// The probability that a review is positive.
export const odds = (logit) => 1 / (1 + Math.exp(-logit));

// Of each word that was read, in log-odds and in points of a hundred; or, where it was worked out what becomes of the
// verdict if the word is unknown, how far that moves the final verdict.
export function moves(run, leftOut) {
  const pairs = leftOut
    ? leftOut.slice(1).map((without) => [without, leftOut[0]])
    : run.logits.slice(1).map((after, index) => [run.logits[index], after]);
  return pairs.map(([from, to]) => ({ logit: to - from, points: 100 * (odds(to) - odds(from)), from: odds(from) }));
}

export function signed(number, digits = 1) {
  return `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(digits)}`;
}
