// A box in which texts are typed, and networks that read along: their predictions, and the words one by one.

import { encode, makeVocabulary } from "../arithmetic/encoding.js";
import { logitOf, makeNetwork, pass } from "../arithmetic/network.js";
import { decompressed } from "../arithmetic/numbers.js";
import { button, element, setText } from "../common/dom.js";
import { buildInside } from "./inside.js";
import { buildCard, painted } from "./prediction_card.js";

const PAUSE = 150; // milliseconds without a key until the text is read
const FIRST = "Turn at the end"; // the most instructive example
const BOX = "text-to-read"; // its id, for its label
const NOTE = "A word is left out by putting “unknown” in its place. The networks run in this browser: what is typed "
  + "stays on this device.";

// networks: as report/reader.py describes them, with `numbers`; there may be none yet. formulas: by cell.
export async function buildReader(root, { networks, vocabularies, drawings, examples, languages }, formulas) {
  root.classList.add("reader");
  const label = element("label", "", element("h2", "", root));
  label.htmlFor = BOX;
  const box = Object.assign(element("textarea", "", root), { id: BOX, rows: 3, spellcheck: false });
  const choices = element("div", "reader-examples", root);
  const question = element("p", "reader-question", root);
  const cards = element("div", "rc-verdicts", root);
  const spoken = element("p", "rc-unseen", root);
  for (const node of [question, spoken]) node.setAttribute("role", "status");
  const words = element("div", "reader-words", root);
  const heading = element("h3", "", words, "Word by word ");
  const waiting = element("small", "soft", heading);
  const cells = element("div", "reader-cells", words);
  const inside = buildInside(cells, element("div", "rc-inside", words), waiting, drawings);
  element("p", "soft", words, NOTE);

  const known = {};
  const vocabularyOf = (dataset) => (known[dataset] ??= makeVocabulary(vocabularies[dataset].split(" ")));
  const readers = [];
  const predict = (reader) => {
    const { network, card } = reader;
    const text = box.value;
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
    setText(spoken, readings.map(({ sentence }) => sentence).filter(Boolean).join(" "));
    inside.show(readings.filter(({ review }) => review.unknown.length < review.count));
  };
  const showNames = (shown = readers.map(({ network }) => network)) => {
    const isEnglish = shown.every((network) => network.in_english);
    const [first] = shown;
    const whoReads = shown.length > 1 ? ": the networks read along" : first ? `: ${first.title} reads along` : "";
    setText(label, `Type ${isEnglish ? "a review in English" : "a text"}${whoReads}`);
    root.classList.toggle("rc-task", !isEnglish);
    words.hidden = !shown.length;
  };
  const place = (layout, numbers) => {
    const made = makeNetwork(layout, numbers, formulas[layout.cell?.name]);
    const network = { ...made, vocabulary: vocabularyOf(layout.dataset) };
    const reader = { network, card: buildCard(cards, network, languages) };
    const earlier = readers.findIndex((other) => other.network.id === network.id);
    if (earlier < 0) readers.push(reader);
    else readers.splice(earlier, 1, reader)[0].card.giveWayTo(reader.card);
    return reader;
  };
  listen({ box, choices, question }, examples, read);
  showNames(networks);
  root.hidden = false;
  for (const layout of networks) { // the first prediction is seen while the other networks are unpacked
    predict(place(layout, await decompressed(layout.numbers, Float32Array)));
    await painted();
  }
  read();
  return {
    end: inside.end,
    // Adds a network, in place of an earlier one of its id. weights: all numbers, in tensors of any sizes.
    add(layout, weights) {
      place(layout, inOne(weights));
      showNames();
      read();
    },
    remove(id) {
      const earlier = readers.findIndex(({ network }) => network.id === id);
      if (earlier < 0) return;
      readers.splice(earlier, 1)[0].card.remove();
      showNames();
      read();
    },
    // The label that a network gives to a text; undefined if it knows no word of it.
    judge(title, text) {
      const { network } = readers.find((reader) => reader.network.title === title);
      const review = encode(text, network.vocabulary, network);
      return review.unknown.length === review.count ? undefined : Number(logitOf(network, review.ids) > 0);
    },
    show(text) {
      box.value = text;
      setText(question, "");
      read();
    },
    get labels() { return readers[0]?.network.labels ?? []; },
  };
}

function inOne(tensors) {
  const numbers = new Float32Array(tensors.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const tensor of tensors) {
    numbers.set(tensor, start);
    start += tensor.length;
  }
  return numbers;
}

function listen({ box, choices, question }, examples, read) {
  let pending;
  const take = (text, ask) => {
    box.value = text;
    setText(question, ask);
  };
  box.addEventListener("input", () => {
    clearTimeout(pending);
    setText(question, "");
    pending = setTimeout(read, PAUSE);
  });
  for (const [name, ...example] of examples) {
    button("", choices, name, () => {
      clearTimeout(pending);
      take(...example);
      read();
    });
  }
  if (examples.length) take(...(examples.find(([name]) => name === FIRST) ?? examples[0]).slice(1));
}
