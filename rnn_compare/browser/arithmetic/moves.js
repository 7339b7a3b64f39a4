// The effect of each word on a network's verdict.

// The probability that a review is positive.
export const odds = (logit) => 1 / (1 + Math.exp(-logit));

// For each word read, in percentage points: the change of the verdict while it was read; or, given the
// final verdicts without each word (leftOut), the change of the final verdict that the word makes.
export function moves(run, leftOut) {
  const pairs = leftOut
    ? leftOut.slice(1).map((without) => [without, leftOut[0]])
    : run.logits.slice(1).map((after, index) => [run.logits[index], after]);
  return pairs.map(([from, to]) => ({ points: 100 * (odds(to) - odds(from)), from: odds(from) }));
}

export const percent = (share) => `${(100 * share).toFixed(1)} %`;

// A verdict as on Try a review: the likelier label and its probability.
export function verdictIn(probability, labels) {
  return `${percent(Math.max(probability, 1 - probability))} ${labels[Number(probability > 0.5)]}`;
}

// With its sign, unless it is 0 to these digits.
export function signed(number, digits = 1) {
  const size = Math.abs(number).toFixed(digits);
  return Number(size) ? `${number < 0 ? "−" : "+"}${size}` : size;
}

// An effect in words: a sign alone says which label gains if that is called positive.
export function inPoints(points, labels) {
  if (labels[1] === "positive") return `${signed(points)} points`;
  return `${Math.abs(points).toFixed(1)} points towards ${labels[Number(points > 0)]}`;
}

// Tags are read as words, but are none (Token.shown in reviews/encoding.py).
export const isMarkup = (word) => word.startsWith("<");
