// The page that reads: networks and words are unpacked from the file, and every text is read while it is typed.

import { listen as trainAsWorker } from "../../browser/arithmetic/training/train_worker.js";
import { turningWord } from "../../browser/drawing/cell/turning_word.js";
import { buildReading } from "../../browser/drawing/cell/word_by_word.js";
import { button, setText } from "../../browser/common/dom.js";
import { buildPicker } from "./cell_picker.js";
import { showChosen } from "./comparison_choice.js";
import { buildContents, holdPlace } from "./contents_list.js";
import { buildCharts } from "./curve_charts.js";
import { encode, makeVocabulary } from "../../browser/arithmetic/encoding.js";
import { hasAttention } from "../../browser/arithmetic/layers.js";
import { messageOf } from "../../browser/arithmetic/message.js";
import { logitOf, logitsByWord, logitsWithout, makeNetwork, pass } from "../../browser/arithmetic/network.js";
import { decompressed } from "../../browser/arithmetic/numbers.js";
import { buildCard, painted } from "./prediction_card.js";
import { buildQuiz } from "./quiz_card.js";
import { buildTraining } from "./train_card.js";
import { buildWordChart } from "../../browser/drawing/cell/word_chart.js";

const PAUSE = 150; // milliseconds without a key until the text is read
const SLICE = 12; // milliseconds of work at a time
const MOST_LEFT_OUT = 200; // words of a review: attention reads it anew without each
const FIRST = "Turn at the end"; // the most instructive example
const part = (id) => document.getElementById(id);
const box = () => /** @type {HTMLTextAreaElement} */ (part("review"));
const json = (id) => JSON.parse(part(id).textContent);
const pause = () => new Promise((go) => { setTimeout(go); });

// formulas: the cells' own, translated. A worker that runs this script trains.
export async function main(formulas) {
  if (globalThis.document === undefined) return trainAsWorker(globalThis);
  showChosen();
  const data = json("networks");
  try {
    const reading = data.networks.length ? await buildReader({ ...data, ...json("shared") }, formulas) : undefined;
    const [lesson, quiz] = [json("lessons")[json("lesson")], json("quiz")];
    const add = reading?.add ?? (() => {});
    const training = lesson ? await buildTraining(part("train"), lesson, data.networks, add) : undefined;
    if (quiz && (reading || training)) buildQuiz(part("quiz-card"), quiz, reading, training);
  } finally { // an old browser cannot unpack the networks, but draws the charts
    await painted();
    buildCharts(json("charts"));
    buildContents();
  }
  return undefined;
}

async function buildReader({ networks: described, vocabularies: listed, drawings, examples, languages }, formulas) {
  const vocabularies = Object.fromEntries(Object.entries(listed).map(([dataset, words]) => (
    [dataset, makeVocabulary(words.split(" "))]
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
    const numbers = await decompressed(layout.numbers, Float32Array);
    const unpacked = makeNetwork(layout, numbers, formulas[layout.cell?.name]);
    const network = { ...unpacked, vocabulary: vocabularies[layout.dataset] };
    readers.push({ network, card: buildCard(part("predictions"), network, languages) });
    predict(readers.at(-1));
    await painted();
  }
  read();
  holdPlace(part("read"));
  // Adds a network that was trained on this page, in place of an earlier one of its cell.
  const add = (layout, tensors) => {
    const numbers = Float32Array.from(tensors.flatMap((tensor) => [...tensor]));
    const made = makeNetwork(layout, numbers, formulas[layout.cell.name]);
    const network = { ...made, vocabulary: vocabularies[layout.dataset] };
    const place = readers.findIndex((other) => other.network.id === network.id);
    if (place >= 0) readers.splice(place, 1)[0].card.remove();
    readers.push({ network, card: buildCard(part("predictions"), network, languages) });
    read();
  };
  const judge = (title, text) => {
    const { network } = readers.find((reader) => reader.network.title === title);
    const review = encode(text, network.vocabulary, network);
    return review.unknown.length === review.count ? undefined : Number(logitOf(network, review.ids) > 0);
  };
  const show = (text) => {
    box().value = text;
    setText(part("question"), "");
    read();
  };
  return { add, judge, show, labels: described[0].labels };
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

// The review word by word, with the networks' cells. Long computations are divided into slices.
function buildInside(root, drawings) {
  const choice = { lead: 0, colouring: "left_out", pace: 4, signals: new Map(), depth: 0 };
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
    root.style.minHeight = `${root.offsetHeight}px`; // nothing below moves up and down again
    root.replaceChildren();
    if (readings.length) build();
    root.style.minHeight = "";
  };
  const build = () => {
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
