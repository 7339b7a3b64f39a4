// A judgement in words: the sentences of `comparison/inference/wording.py`, by its templates.

import { halfWidth } from "./difference.js";
import { FEWEST_REVIEWS, otherOf } from "./judge.js";
import { ALPHA } from "./levels.js";
import { seedsToSee } from "./power.js";
import { FEWEST } from "./scores.js";

const USELESS = 0.2; // half the width of an interval, from which its limits stand for ±
const MOST_SEEDS = 100; // that are worth naming
const MANY_SETTINGS = 4;
const SEEDS_OF_MANY = 5;

// words: `judging_words()` of Python.
export function result(judgement, words) {
  const { pairs, settings, againstLeader } = judgement;
  const advised = settings.length < MANY_SETTINGS ? FEWEST : SEEDS_OF_MANY;
  const texts = pairs.length === 1 ? [sentence(pairs[0], words)] : onSeveral(judgement, words);
  const few = againstLeader.filter(hasFewSeeds).flatMap(({ a, b }) => [a, b]);
  const kind = few.every(({ scores }) => scores.length === 1) ? "one seed" : "few seeds";
  const act = filled(words.phrases.train, { seeds: advised });
  return [...texts, few.length ? filled(words.phrases[kind], { act }) : ""].filter(Boolean).join(" ");
}

// Once for all verdicts what ± stands for, and whether more seeds could change them.
export function meaningOfInterval({ pairs: all, againstLeader }, { phrases }) {
  const pairs = all.filter(({ difference }) => difference);
  if (!pairs.length) return "";
  const few = pairs.filter(hasFewSeeds);
  const { basis } = pairs[0];
  const over = basis === "accuracies" ? "seeds" : few.length === pairs.length ? "things" : "seeds and things";
  const isDecided = againstLeader.every(({ verdict }) => verdict !== "unknown" && verdict !== "contradictory");
  const more = few.length ? phrases["other seeds"] : isDecided ? phrases.decided : "";
  return filled(phrases.interval, {
    over: filled(phrases[over], { things: basis === "items" ? "items" : "reviews" }), more,
    earlier: "", // trainings: a page has none beside those that it judges
    together: pairs.length > 1 ? filled(phrases.together, { comparisons: thousands(pairs.length) }) : "",
  }).trim();
}

function sentence(pair, words) {
  const [ahead, behind] = pair.ordered;
  const digits = digitsOf(pair);
  if (pair.obstacle === "too few seeds") return standings(pair.ordered, digits, where(pair, words), words);
  const shares = { ahead: percent(ahead.accuracy, digits), behind: percent(behind.accuracy, digits) };
  const template = hasFewSeeds(pair) ? words.networks[kindOf(pair)] : words.templates[kindOf(pair)][0];
  return filled(template, {
    ...valuesOf(pair, words), ahead: ahead.name, behind: behind.name,
    numbers: filled(words.phrases.numbers, { ...shares, where: where(pair, words) }),
  }).trim();
}

// A clause on the leader and all others of each kind.
function onSeveral({ order: [leader], againstLeader: pairs }, words) {
  if (!pairs.length) return [];
  const digits = Math.max(...pairs.map(digitsOf));
  const few = pairs.filter(hasFewSeeds);
  const texts = [];
  for (const [kind, [, clause]] of Object.entries(words.templates)) {
    const ofKind = pairs.filter((pair) => !few.includes(pair) && kindOf(pair) === kind);
    if (!ofKind.length) continue;
    const it = texts.length ? "it" : `${leader.name} (${percent(leader.accuracy, digits)}${where(ofKind[0], words)})`;
    const others = ofKind.map((pair) => otherOf(pair, leader))
      .map(({ name, accuracy }) => `${name} (${percent(accuracy, digits)})`);
    const width = ({ difference }) => (difference ? halfWidth(difference.newest, ALPHA) : 0);
    const widest = ofKind.reduce((a, b) => (width(b) > width(a) ? b : a));
    texts.push(filled(clause, {
      ...valuesOf(widest, words), it, It: it === "it" ? "It" : it,
      others: listed(others, kind === "unknown" ? "or" : "and"),
    }).trim());
  }
  if (few.length) {
    const rivals = few.map((pair) => otherOf(pair, leader)).sort((a, b) => b.accuracy - a.accuracy);
    texts.push(texts.length ? standings(rivals, digits, "", words)
      : standings([leader, ...rivals], digits, where(few[0], words), words));
    const undecided = few.filter(({ winner, a, b }) => !winner && a.accuracy !== b.accuracy);
    const names = listed([leader, ...undecided.map((pair) => otherOf(pair, leader))].map(({ name }) => name));
    if (undecided.length) texts.push(filled(words.phrases["could be chance"], { names }));
  }
  return texts;
}

// The accuracies of settings, the best first, those that look the same together.
function standings(settings, digits, place, { phrases }) {
  const groups = [];
  for (const { name, accuracy } of settings) {
    const share = percent(accuracy, digits);
    if (groups.at(-1)?.share === share) groups.at(-1).names.push(name);
    else groups.push({ share, names: [name] });
  }
  const parts = groups.map(({ share, names }, rank) => {
    const phrase = rank ? "further" : names.length > 1 ? "reach" : "reaches";
    return filled(phrases[phrase], { names: listed(names), share });
  });
  return `${parts.join(", ")}${place}.`;
}

const kindOf = ({ difference, verdict, obstacle }) => (difference ? verdict.split(" ").at(-1) : obstacle);

const hasFewSeeds = ({ difference, obstacle }) => difference?.scope === "networks" || obstacle === "too few seeds";

function valuesOf(pair, words) {
  const { difference, verdict, reviews, basis } = pair;
  const values = { reviews: counted(reviews, words.things[basis]), fewest: FEWEST_REVIEWS, takes: "" };
  if (!difference) return values;
  const takes = verdict === "unknown" && difference.scope === "settings" ? takesOf(pair, words) : "";
  return { ...values, takes, by: leadText(pair, words), margin: inPoints(difference.margin) };
}

// How accuracies were reached, to stand behind one.
export function where({ a, b, basis, reviews }, { phrases, things, where: places }) {
  const seeds = Math.max(a.scores.length, b.scores.length);
  return filled(places[basis], {
    reviews: counted(reviews, things[basis]), in_the_mean: seeds > 1 ? phrases["in the mean"] : "",
  });
}

// A difference with its interval, from the rounded shares beside it where ± can stand.
export function leadText(pair, { phrases }) {
  const digits = digitsOf(pair);
  const [ahead, behind] = pair.ordered;
  const lead = gap(ahead.accuracy, behind.accuracy, digits).toFixed(digits);
  const { halfWidth: half } = pair.difference;
  if (half < USELESS) return filled(phrases.points, { lead, half: points(half, digits) });
  const [low, , high] = pair.lead.map((share) => points(share, digits));
  return filled(phrases[pair.winner ? "limits" : "points and limits"], { lead, low, high });
}

// The decimals of the numbers: more than one where rounding would contradict the verdict.
const digitsOf = (pair) => [1, 2, 3].find((digits) => agrees(pair, digits)) ?? 4;

function agrees({ difference, ordered: [ahead, behind] }, digits) {
  if (!difference || difference.isContradictory) return true;
  const spans = [difference.limits.map((limit) => rounded(100 * limit, digits))];
  if (difference.halfWidth < USELESS) {
    const [lead, half] = [gap(ahead.accuracy, behind.accuracy, digits), rounded(100 * difference.halfWidth, digits)];
    spans.push([rounded(lead - half, digits), rounded(lead + half, digits)]);
  }
  const margin = 100 * difference.margin;
  const isInside = spans.every(([low, high]) => Math.max(-low, high) <= margin);
  return spans.every(([low, high]) => (low > 0 || high < 0) === difference.isDecided)
    && (isInside || !difference.isEqual);
}

// How many more seeds would show a difference of the margin, if there is one, in four of five cases.
function takesOf({ difference, basis }, { phrases, things }) {
  const [low, high] = seedsToSee(difference).map((seeds) => (
    seeds === undefined ? Infinity : Math.max(1, seeds - Math.min(...difference.newest.runs))
  ));
  const seeds = (count) => counted(count, "more seed");
  const [kind, values] = low === Infinity ? ["more things", { things: `${things[basis]}s` }]
    : low > MOST_SEEDS ? ["too many seeds", { most: MOST_SEEDS }]
      : high > MOST_SEEDS ? ["at least", { low: seeds(low) }]
        : [low < high ? "range" : "exactly", { low, high: seeds(high) }];
  return filled(phrases.takes, { margin: inPoints(difference.margin), more: filled(phrases[kind], values) });
}

const filled = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
const thousands = (count) => count.toLocaleString("en");
const counted = (count, thing) => `${thousands(count)} ${thing}${count === 1 ? "" : "s"}`;
const listed = (names, last = "and") => (
  [names.slice(0, -1).join(", "), ...names.slice(-1)].filter(Boolean).join(` ${last} `)
);

// With so many digits; halves go to the even digit, as in Python.
function rounded(number, digits) {
  const size = Math.abs(number);
  let value = Number(size.toFixed(digits));
  const isHalf = (size * 2 ** (digits + 1)) % 2 === 1; // a half of the last digit is a sum of such powers alone
  if (isHalf && Math.round(value * 10 ** digits) % 2) value = Number((value - 10 ** -digits).toFixed(digits));
  return number < 0 ? -value : value;
}

const inPercent = (share, digits) => rounded(100 * share + 1e-5, digits);
export const percent = (share, digits = 1) => `${inPercent(share, digits).toFixed(digits)} %`;
const points = (share, digits) => rounded(100 * share, digits).toFixed(digits).replace("-", "−");
const gap = (first, second, digits) => rounded(Math.abs(inPercent(first, digits) - inPercent(second, digits)), digits);

export const inPoints = (share) => (
  `${Number((100 * share).toPrecision(6))} point${Math.abs(share - 0.01) < 1e-11 ? "" : "s"}`
);
