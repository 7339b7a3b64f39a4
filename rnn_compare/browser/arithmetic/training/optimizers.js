// Keras' optimizers as loops over a weight's numbers. Keras squares the embedding's gradient row by row, one row for
// each word that was read, so that each distinct word of a batch has two sums: of its gradients, and of their squares.

import { LISTED } from "./webassembly/loops.js";

const float = Math.fround;
const EPSILON = 1e-7;
const RHO = float(0.9);
const [BETA_1, BETA_2] = [float(0.9), float(0.999)];
const rest = (share) => float(1 - share);
const square = (value) => ["*", value, value];
const less = (step) => ["weight", ["-", "weight", step]];
const decayed = (moment, share) => [moment, ["*", moment, share]];
const more = (moment, share, value) => [moment, ["+", moment, ["*", rest(share), value]]];

const RMSPROP_STEP = (gradient) => less(["/", ["*", "rate", gradient], ["sqrt", ["+", "velocity", EPSILON]]]);
const ADAM_STEP = less(["/", ["*", "momentum", "rate"], ["+", ["sqrt", "velocity"], EPSILON]]);

// Of each optimizer its moments, and the lines for dense weights, for the whole embedding before and after its words,
// and for one word.
const OPTIMIZERS = {
  sgd: {
    moments: [],
    dense: [less(["*", "rate", "gradient"])],
    word: [less(["*", "rate", "sums"])],
  },
  rmsprop: {
    moments: ["velocity"],
    dense: [decayed("velocity", RHO), more("velocity", RHO, square("gradient")), RMSPROP_STEP("gradient")],
    before: [decayed("velocity", RHO)],
    word: [more("velocity", RHO, "squares"), RMSPROP_STEP("sums")],
  },
  adam: {
    moments: ["momentum", "velocity"],
    dense: [
      more("momentum", BETA_1, ["-", "gradient", "momentum"]),
      more("velocity", BETA_2, ["-", square("gradient"), "velocity"]),
      ADAM_STEP,
    ],
    before: [decayed("momentum", BETA_1), decayed("velocity", BETA_2)],
    word: [more("momentum", BETA_1, "sums"), more("velocity", BETA_2, "squares")],
    after: [ADAM_STEP],
  },
};

// Returns an optimizer's `moments`, and its loops by name: over `dense` numbers, over the `table` of the embedding
// (numbers in all), over the rows of a batch's words, `depth` numbers each. `collect` adds each row's gradient to the
// two sums of its word; `word` says where these stand.
export function optimizerLoops(name, { dense, table, depth, word }) {
  const { moments, dense: ofDense, before, word: ofWord, after } = OPTIMIZERS[name];
  const listed = Object.fromEntries(["weight", ...moments].map((array) => [array, LISTED]));
  return {
    moments,
    dense: elementwise("dense", dense, ofDense),
    before: before && elementwise("before", table, before),
    words: elementwise("words", depth, ofWord, { ...listed, sums: word.size, squares: word.size }),
    after: after && elementwise("after", table, after),
    collect: elementwise("collect", depth, [
      ["sums", ["+", "sums", "gradient"]], ["squares", ["+", "squares", square("gradient")]],
    ], {}, word),
  };
}

// Returns the factor of a step, the `iteration`th from 0.
export function rateOf(name, learningRate, iteration) {
  if (name !== "adam") return float(learningRate);
  const step = iteration + 1;
  return float(learningRate * Math.sqrt(1 - BETA_2 ** step) / (1 - BETA_1 ** step));
}

const FUNCTIONS = new Set(["sqrt", "sigmoid"]);
const SCALARS = new Set(["rate", "count"]); // one number for a whole row

// Returns a loop over arrays of `width` numbers, which it names as its lines do; `strides` has the unusual ones. Arrays
// that `word` names stand there in the listed record of a row's word.
export function elementwise(name, width, lines, strides = {}, word = {}) {
  const names = [...new Set(lines.flat(Infinity).filter((part) => /^[a-z]+$/.test(part) && !FUNCTIONS.has(part)))];
  const assigned = new Set(lines.map(([variable]) => variable));
  const used = new Set(lines.flatMap(([, expression]) => [expression].flat(Infinity)));
  const base = (array) => (array in word ? "word" : array);
  const stride = (array) => (array in word ? LISTED : strides[array] ?? width);
  return {
    name,
    width,
    bases: Object.fromEntries(names.map((array) => [base(array), SCALARS.has(array) ? 0 : stride(array)])),
    loads: names.filter((variable) => used.has(variable)).map((variable) => (
      [variable, base(variable), word[variable] ?? 0, ...(SCALARS.has(variable) ? ["splat"] : [])]
    )),
    lines,
    stores: [...assigned].map((variable) => [base(variable), word[variable] ?? 0, variable]),
  };
}
