// The page that reads: networks and words are unpacked from the file, and every text is read while it is typed.

import { listen as trainAsWorker } from "../../browser/arithmetic/training/train_worker.js";
import { odds } from "../../browser/arithmetic/moves.js";
import { verdictIn } from "../../browser/drawing/cell/reading_card.js";
import { turningWord } from "../../browser/drawing/cell/turning_word.js";
import { buildReading } from "../../browser/drawing/cell/word_by_word.js";
import { button, element, setText } from "../../browser/common/dom.js";
import { buildPicker } from "./cell_picker.js";
import { showChosen } from "./comparison_choice.js";
import { buildCharts } from "./curve_charts.js";
import { encode, isForeign, makeVocabulary } from "../../browser/arithmetic/encoding.js";
import { hasAttention } from "../../browser/arithmetic/layers.js";
import { messageOf } from "../../browser/arithmetic/message.js";
import {
  logitOf, logitOfNothing, logitsByWord, logitsWithout, makeNetwork, pass,
} from "../../browser/arithmetic/network.js";
import { unpackNumbers, unpackText } from "../../browser/arithmetic/numbers.js";
import { buildTraining } from "./train_card.js";
import { buildWordChart } from "./word_chart.js";

const PAUSE = 150; // milliseconds without a key until the text is read
const SLICE = 12; // milliseconds of work at a time
const MOST_LEFT_OUT = 200; // words of a review: attention reads it anew without each
const UNKNOWN_SHOWN = 5;
const FIRST = "Turn at the end"; // the most instructive example
const part = (id) => document.getElementById(id);
const box = () => /** @type {HTMLTextAreaElement} */ (part("review"));
const json = (id) => JSON.parse(part(id).textContent);
const pause = () => new Promise((go) => { setTimeout(go); });
const painted = () => new Promise((go) => { requestAnimationFrame(() => setTimeout(go)); });
// In thousands, as toLocaleString, which takes a phone a tenth of a second when it is called first.
const digits = (count) => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
const counted = (count, noun) => `${digits(count)} ${noun}${count === 1 ? "" : "s"}`;

// formulas: the cells' own, translated. A worker that runs this script trains.
export async function main(formulas) {
  if (globalThis.document === undefined) return trainAsWorker(globalThis);
  showChosen();
  const data = json("networks");
  try {
    const add = data.networks.length ? await buildReader(data, formulas) : () => {};
    const lesson = json("lesson");
    if (lesson) await buildTraining(part("train"), lesson, add);
  } finally { // an old browser cannot unpack the networks, but draws the charts
    await painted();
    buildCharts(json("charts"));
  }
  return undefined;
}

async function buildReader({ networks: described, vocabularies: packed, drawings, examples, languages }, formulas) {
  const words = await Promise.all(Object.values(packed).map(unpackText));
  const vocabularies = Object.fromEntries(Object.keys(packed).map((dataset, place) => (
    [dataset, makeVocabulary(words[place].split("\n"))]
  )));
  const inside = buildInside(part("inside"), drawings);
  const readers = [];
  const predict = (reader) => {
    const { network, card } = reader;
    const text = box().value;
    if (reader.text !== text) {
      const review = encode(text, network.vocabulary, network);
      const author = examples.find(([, example]) => example === text)?.[3] ?? null;
      const reading = { network, card, review, author, traces: review.words.length ? pass(network, review.ids) : [] };
      Object.assign(reader, { text, reading: { ...reading, sentence: card.show(reading) } });
    }
    return reader.reading;
  };
  const read = () => {
    const readings = readers.map(predict);
    setText(part("spoken"), readings.map(({ sentence }) => sentence).filter(Boolean).join(" "));
    inside.show(readings.filter(({ review }) => review.unknown.length < review.count));
  };
  const isEnglish = described.every((network) => network.in_english);
  document.documentElement.classList.toggle("rc-task", !isEnglish);
  const kind = isEnglish ? "a review in English" : "a text";
  const whoReads = described.length > 1 ? "the networks read" : `${described[0].title} reads`;
  setText(document.querySelector("label[for=review]"), `Type ${kind}: ${whoReads} along`);
  part("read").hidden = false;
  listen(examples, read);
  for (const layout of described) { // the first prediction is seen while the other networks are unpacked
    const numbers = await unpackNumbers(layout.numbers);
    const unpacked = makeNetwork(layout, numbers, formulas[layout.cell?.name]);
    const network = { ...unpacked, vocabulary: vocabularies[layout.dataset] };
    readers.push({ network, card: buildCard(part("predictions"), network, languages) });
    predict(readers.at(-1));
    await painted();
  }
  read();
  // Adds a network that was trained on this page, in place of an earlier one of its cell.
  return (layout, tensors) => {
    const numbers = Float32Array.from(tensors.flatMap((tensor) => [...tensor]));
    const made = makeNetwork(layout, numbers, formulas[layout.cell.name]);
    const network = { ...made, vocabulary: vocabularies[layout.dataset] };
    const place = readers.findIndex((other) => other.network.id === network.id);
    if (place >= 0) readers.splice(place, 1)[0].card.remove();
    readers.push({ network, card: buildCard(part("predictions"), network, languages) });
    read();
  };
}

function listen(examples, read) {
  let waiting;
  const take = (text, question) => {
    box().value = text;
    setText(part("question"), question);
  };
  part("review").addEventListener("input", () => {
    clearTimeout(waiting);
    setText(part("question"), "");
    waiting = setTimeout(read, PAUSE);
  });
  for (const [name, ...example] of examples) {
    button("", part("examples"), name, () => {
      clearTimeout(waiting);
      take(...example);
      read();
    });
  }
  if (examples.length) take(...(examples.find(([name]) => name === FIRST) ?? examples[0]).slice(1));
}

// A network's prediction. show(reading) shows another one and returns it in a sentence; conclude(sentence) shows the
// result of leaving out each word.
function buildCard(parent, network, languages) {
  const { title, color, labels, maxlen } = network;
  const card = element("section", "rc-card", parent);
  card.style.setProperty("--rc-color", color);
  element("h3", "", card, title);
  const verdict = element("p", "rc-verdict", card);
  const warning = element("p", "rc-problem", card);
  const scale = element("div", "rc-scale", card);
  const bar = element("i", "", scale);
  const ends = element("p", "rc-ends", card);
  labels.forEach((label, side) => element("span", `rc-side-${side}`, ends, label));
  const turning = element("p", "rc-turning", card);
  const coverage = element("p", "rc-note", card);
  const prior = element("p", "rc-note", card, network.note);
  painted().then(() => { // the prediction is seen before
    const empty = odds(logitOfNothing(network));
    setText(prior, `Empty text: ${verdictIn(empty, labels)} · ${network.note}`);
    prior.classList.add("rc-prior");
    scale.style.setProperty("--rc-from", `${100 * empty}%`);
  });
  const show = ({ review, traces }) => {
    const { count, unknown } = review;
    scale.hidden = ends.hidden = turning.hidden = unknown.length === count;
    setText(turning, "Leaving out each word …");
    setText(coverage, count ? coverageIn(review, maxlen) : "");
    const looksForeign = network.in_english && isForeign(review.words, languages);
    setText(warning, warningOf(count, unknown.length) || (looksForeign ? languages.warning : ""));
    card.classList.toggle("doubtful", warning.textContent !== "");
    if (unknown.length === count) {
      setText(verdict, count ? "no prediction" : "–");
      return count ? `${title}: ${warning.textContent}` : "";
    }
    const shown = odds(logitOf(network, review.ids, traces));
    setText(verdict, verdictIn(shown, labels));
    verdict.dataset.probability = shown;
    scale.style.setProperty("--rc-to", `${100 * shown}%`);
    bar.className = `rc-side-${Number(shown > 0.5)}`;
    return `${title}: ${verdict.textContent}. ${warning.textContent}`.trim();
  };
  return { show, conclude: (sentence) => setText(turning, sentence), remove: () => card.remove() };
}

// The words that were read, unknown and cut off, in a sentence.
function coverageIn({ words, first, count, unknown }, maxlen) {
  const names = [...new Set(unknown.map((index) => `“${words[first + index]}”`))];
  const ending = names.length > UNKNOWN_SHOWN ? " …" : ".";
  const lacking = unknown.length ? `, ${unknown.length} unknown: ${names.slice(0, UNKNOWN_SHOWN).join(", ")}` : "";
  const lost = first > 1 ? `${digits(first)} words were` : "word was";
  const cut = first ? ` The first ${lost} cut off: it reads the last ${maxlen}.` : "";
  return `Read: ${counted(count - unknown.length, "known word")}${lacking}${ending}${cut}`;
}

function warningOf(count, unknown) {
  if (count && unknown === count) return "None of these words is in the vocabulary, so there is nothing to judge.";
  if (unknown * 2 < count || !count) return "";
  const are = unknown === 1 ? "is" : "are";
  return `${unknown} of ${counted(count, "word")} ${are} unknown: the prediction means little.`;
}

// The review word by word, with the networks' cells. Long computations are divided into slices.
function buildInside(root, drawings) {
  const choice = { lead: 0, colouring: "read", pace: 4, signals: new Map(), units: new Map(), depth: 0 };
  const picker = buildPicker(part("cell"), choice, () => rebuild());
  let message, reading, readings = [], turn = 0, leaving = 0, leftOut = {};
  const finish = async (work, sentence = "") => {
    const mine = turn;
    for (;;) {
      const until = performance.now() + SLICE;
      while (performance.now() < until) {
        const { done, value } = work.next();
        if (done) return mine === turn ? value : undefined;
      }
      setText(part("waiting"), sentence);
      await pause();
      if (mine !== turn) return undefined;
    }
  };
  const leaveOut = async () => {
    if (leaving === turn || !readings.length) return;
    leaving = turn;
    for (const { network, review, traces, card } of readings) {
      const isTooLong = review.count > MOST_LEFT_OUT && hasAttention(network);
      const logits = isTooLong ? null : await finish(logitsWithout(network, review.ids, review.at, traces));
      if (logits === undefined) return;
      leftOut[network.id] = logits;
      reading.leaveOut(leftOut);
      const run = message.runs.find(({ id }) => id === network.id);
      card.conclude(isTooLong ? `Words are left out of reviews of up to ${MOST_LEFT_OUT} words.`
        : turningWord(run, message.words, logits));
    }
  };
  const rebuild = () => {
    reading?.end();
    root.replaceChildren();
    if (!readings.length) return;
    message = { ...messageOf(readings, drawings, choice.depth), author: readings[0].author };
    reading = buildReading(root, message, choice, { ask: () => {}, keep: () => {}, buildChart: buildWordChart });
    reading.leaveOut(leftOut);
    reading.draw();
    leaveOut();
  };
  const redraw = () => { if (readings.length) reading?.draw(); };
  addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  return {
    async show(next) {
      turn++;
      leftOut = {};
      readings = []; // until they are complete
      const mine = turn;
      await painted(); // the predictions are seen first
      for (const item of next) {
        const { network, review, traces } = item;
        const beginnings = logitsByWord(network, review.ids, review.at, traces);
        item.logits = await finish(beginnings, `${network.title}: reading each beginning …`);
        if (mine !== turn) return;
      }
      if (mine !== turn) return;
      setText(part("waiting"), "");
      readings = next;
      picker(readings);
      rebuild();
    },
  };
}
