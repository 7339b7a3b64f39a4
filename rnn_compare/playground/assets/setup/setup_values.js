// A set-up as the page's fields and its address write it, text by name, and as numbers; what is wrong with it.

const SEVERAL = new Set(["units", "maxlen"]);
const CHOICES = ["optimizer", "recurrent_initializer"];
const SWITCHES = ["mask_padding", "equal_parameters"];
const NO_NUMBERS = new Set(["cell", "source", ...CHOICES, ...SWITCHES]);
const FRACTIONS = new Set(["learning_rate", "forget_bias", "validation_split"]);
const OPTIONAL = "forget_bias"; // empty: the cell's own
export const MOST_NETWORKS = 4;
const CELL_TYPES = ["cell type", "cell types"];
const written = (number) => number.toLocaleString("en");

// The texts of a preset.
export function textsOf({ source, settings: { cell, units, maxlen, ...others } }) {
  const rest = Object.entries(others).map(([name, value]) => [name, value === null ? "" : `${value}`]);
  const axes = { cell: cell.join(","), units: units.join(", "), maxlen: maxlen.join(", ") };
  return { source, ...axes, ...Object.fromEntries(rest) };
}

// Of texts that a link or an earlier visit brought, those of settings that there are, beside the usual ones.
export function completed(texts, usual) {
  return Object.fromEntries(Object.entries(usual).map(([name, text]) => [name, `${texts?.[name] ?? text}`]));
}

// The address' part after #: what differs from the usual.
export function hashOf(texts, usual) {
  const changed = Object.entries(texts).filter(([name, text]) => usual[name] !== text);
  return changed.length ? `#${new URLSearchParams(changed)}`.replaceAll("%2C+", ",").replaceAll("%2C", ",") : "";
}

export const fromHash = (hash) => Object.fromEntries(new URLSearchParams(hash.slice(1)));

// Returns the set-up as numbers, and by the names of fields sentences on what is wrong.
export function parsed(texts, contents) {
  const setup = chosen(texts, contents);
  const source = contents.sources[setup.source];
  const problems = {};
  for (const name of Object.keys(texts).filter((other) => !NO_NUMBERS.has(other))) {
    const parts = SEVERAL.has(name) ? texts[name].split(/[,;\s]+/).filter(Boolean) : [texts[name].trim()];
    const bounds = name === "reviews" ? [contents.bounds.reviews[0], source.reviews] : contents.bounds[name];
    const numbers = parts.map((part) => numberOf(name, part));
    problems[name] = parts.length ? problemOf(name, numbers, bounds) : "Type a number.";
    setup[name] = SEVERAL.has(name) ? [...new Set(numbers)] : numbers[0];
  }
  check(setup, source, problems);
  return { setup, problems: Object.fromEntries(Object.entries(problems).filter(([, sentence]) => sentence)) };
}

// What is chosen among names; an unknown one, from a link, is the usual one.
function chosen(texts, { sources, cells, choices, defaults }) {
  const setup = { source: texts.source in sources ? texts.source : Object.keys(sources)[0] };
  setup.cell = [...new Set(texts.cell.split(","))].filter((name) => name in cells);
  for (const name of SWITCHES) setup[name] = texts[name] === "true";
  for (const name of CHOICES) setup[name] = choices[name].includes(texts[name]) ? texts[name] : defaults[name];
  return setup;
}

function numberOf(name, text) {
  if (text === "" && name === OPTIONAL) return null;
  return text === "" ? NaN : Number(text.replaceAll(/(?<=\d)[_’'](?=\d{3})/g, ""));
}

function problemOf(name, numbers, bounds) {
  const present = numbers.filter((number) => number !== null);
  const isWhole = !FRACTIONS.has(name);
  if (present.some((number) => !Number.isFinite(number) || (isWhole && !Number.isInteger(number)))) {
    const like = SEVERAL.has(name) ? ", or several such as 16, 32" : "";
    return isWhole ? `It must be a whole number${like}.` : "It must be a number.";
  }
  const [low, high] = bounds ?? [-Infinity, Infinity];
  const isWithin = present.every((number) => low <= number && number <= high);
  return isWithin ? "" : `It must be between ${written(low)} and ${written(high)}.`;
}

// What settings say together.
function check(setup, source, problems) {
  const { cell, units, maxlen } = setup;
  const networks = cell.length * units.length * maxlen.length;
  if (!cell.length) problems.cell = "Choose at least one cell type.";
  else if (networks > MOST_NETWORKS) {
    const axes = [[cell, CELL_TYPES], [units, ["", "values of units"]], [maxlen, ["", "values of maxlen"]]];
    const sizes = axes.filter(([axis]) => axis.length > 1).map(([axis, [, noun]]) => `${axis.length} ${noun}`);
    problems.cell = `${sizes.join(" × ")} make ${networks} networks; the limit is ${MOST_NETWORKS}. Remove some.`;
  }
  const least = source.least_maxlen;
  if (least && maxlen.some((length) => length < least)) {
    problems.maxlen ||= `These texts have up to ${least} words; set it to ${least} or more.`;
  }
  const training = trainingReviews(setup);
  if (!(training > 0 && training < setup.reviews)) problems.reviews ||= "Too few to train and to validate with.";
}

// The number of reviews trained on, as by Keras' `validation_split`; the others validate.
export const trainingReviews = ({ reviews, validation_split: held }) => Math.trunc(reviews * (1 - held));
