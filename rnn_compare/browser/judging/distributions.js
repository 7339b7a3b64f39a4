// Student's t, central and noncentral, and chi-square: probabilities and quantiles.

const TINY = 1e-16; // relative to a sum
const FAR = 4; // t², from which the tail has a continued fraction, not a series
const EXACT = 30; // from where asymptotic series have all digits of a double

// The logarithm of the gamma function (Stirling's series).
function logGamma(a) {
  let [x, shift] = [a, 0];
  for (; x < EXACT; x++) shift += Math.log(x);
  const series = (1 / 12 - (1 / 360 - 1 / (1260 * x * x)) / (x * x)) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}

// Γ(a + ½) / Γ(a), also of an a of which the logarithms of both have no common digits left.
function gammaRatio(a) {
  let [x, factor] = [a, 1];
  for (; x < EXACT; x++) factor *= x / (x + 0.5);
  const y = 1 / x;
  const series = 1 - y * (1 / 8 - y * (1 / 128 + y * (5 / 1024 - y * (21 / 32768 + y * 399 / 262144))));
  return factor * Math.sqrt(x) * series;
}

// The regularised lower incomplete gamma function.
function lowerGamma(a, x) {
  if (x <= 0) return 0;
  let [term, sum] = [1, 1];
  for (let n = 1; term > TINY * sum; n++) sum += (term *= x / (a + n));
  return Math.min(1, sum * Math.exp(a * Math.log(x) - x - logGamma(a + 1)));
}

function normal(z) {
  if (Math.abs(z) > 9) return Number(z > 0);
  return (1 + Math.sign(z) * lowerGamma(0.5, z * z / 2)) / 2;
}

// The probability that Student's t is above t, which is not negative: half the regularised incomplete beta function.
export function studentTail(df, t) {
  const [a, b] = [df / 2, 0.5];
  const y = t * t / (df + t * t);
  const x = 1 - y;
  const front = gammaRatio(a) / Math.sqrt(Math.PI) * Math.exp(-a * Math.log1p(t * t / df)) * Math.sqrt(y);
  if (t * t < FAR) {
    let [term, sum] = [1, 1];
    for (let n = 0; term > TINY * sum; n++) sum += (term *= y * (a + b + n) / (b + 1 + n));
    return (1 - front * sum / b) / 2;
  }
  // Didonato and Morris (1992), by Lentz's method.
  const above = a * y - b * x;
  let c = a / (a + 1) * (above + 1);
  let [value, d, factor] = [c, 0, 0];
  for (let n = 1; Math.abs(factor - 1) > TINY && n < 10_000; n++) {
    const alpha = (a + n - 1) * (a + b + n - 1) * n * (b - n) * (x / (a + 2 * n - 1)) ** 2;
    const beta = n + n * (b - n) * x / (a + 2 * n - 1) + (a + n) / (a + 2 * n + 1) * (above + 1 + n * (1 + y));
    d = 1 / (beta + alpha * d);
    c = beta + alpha / c;
    factor = c * d;
    value *= factor;
  }
  return front / value / 2;
}

// The t that is exceeded with a probability below one half. The tail is convex: Newton's steps stay on one side.
export function studentQuantile(df, tail) {
  const height = gammaRatio(df / 2) / Math.sqrt(Math.PI * df);
  let [t, step] = [0, 1];
  for (let n = 0; n < 500 && step > 1e-14 * t; n++) {
    step = (studentTail(df, t) - tail) / (height * Math.exp(-(df + 1) / 2 * Math.log1p(t * t / df)));
    t += step;
  }
  return t;
}

// The value that chi-square exceeds with a probability.
export function chiSquareQuantile(df, tail) {
  let [low, high] = [0, 2 * df + 50];
  for (let n = 0; n < 100; n++) {
    const middle = (low + high) / 2;
    if (1 - lowerGamma(df / 2, middle / 2) > tail) low = middle;
    else high = middle;
  }
  return low;
}

// The probability that t with a noncentrality is beyond ±t: the mean of the normal's over the estimated deviation,
// as a sum over its logarithm, whose error falls exponentially with the step.
export function beyond(df, shift, t) {
  const width = 1 / Math.sqrt(2 * df);
  const [low, high] = [-9 * width - 32 / df, Math.min(9 * width, 2)];
  if (shift > t * Math.exp(high) + 9) return 1;
  const step = Math.min(width / 4, 0.5 / Math.max(1, shift));
  let [sum, total] = [0, 0];
  for (let u = low; u < high; u += step) {
    const weight = Math.exp(df * (u - Math.expm1(2 * u) / 2));
    total += weight;
    if (weight > TINY) sum += weight * (normal(shift - t * Math.exp(u)) + normal(-shift - t * Math.exp(u)));
  }
  return sum / total;
}
