// The review with each word coloured by how far it moved the verdict, and the legend.

import { button, element } from "../../common/dom.js";
import { isMarkup, signed } from "../../arithmetic/moves.js";

const COLOURINGS = {
  left_out: {
    title: "when left out", meaning: "Final prediction with the word minus with “unknown” in its place",
  },
  read: {
    title: "while reading", meaning: "Prediction after the word minus before it; later words may undo it",
  },
};
const LEAST = 2; // the fewest points in full colour: without it noise would look like an opinion

// onWord(index), onColouring(name) and onLead(index of a run) are called on a click. The colour key goes into `parent`
// with the text, the choice of the measure into `below`.
export function buildText(parent, below, { words, runs, onWord, onColouring, onLead }) {
  const text = element("div", "rc-reading", parent);
  Object.assign(text, { tabIndex: 0, role: "group", ariaLabel: "The text, word by word" }); // a long one scrolls
  const spans = words.map((word, index) => {
    const span = element("span", "", text, word);
    span.addEventListener("click", () => onWord(index));
    text.append(" ");
    return span;
  });
  const legend = element("div", "rc-moved", parent);
  const sides = ["rc-negative", "rc-positive"].map((side) => element("b", side, legend));
  const marks = ["rc-unknown", "rc-cut"].map((mark) => element("span", mark, legend));
  [marks[0].textContent, marks[1].textContent] = ["unknown word", "cut off"];
  const leads = runs.length < 2 ? [] : runs.map((run, index) => {
    const made = button("rc-lead", legend, run.title, () => onLead(index));
    made.title = `Colour the words by ${run.title}`;
    made.style.setProperty("--rc-color", run.color);
    return made;
  });
  const how = element("div", "rc-moved", below);
  element("span", "", how, "Effect of a word");
  const colourings = Object.entries(COLOURINGS).map(([name, { title, meaning }]) => {
    const made = button("rc-colouring", how, title, () => onColouring(name));
    made.dataset.colouring = name;
    made.title = meaning;
    return made;
  });
  const scale = element("p", "rc-scale-said", below);
  return {
    // moved: the effect of each word read (see moves.js); undefined while it is computed. turning: see turning_word.js.
    colour({ colouring, lead, moved, turning }) {
      const run = runs[lead];
      sides.forEach((side, label) => { side.textContent = run.labels[label]; });
      marks[0].hidden = !run.unknown.length;
      marks[1].hidden = !run.first;
      const tones = depths(moved ?? []);
      spans.forEach((span, word) => colourWord(span, run, word - run.first, moved?.[word - run.first], tones));
      const strongest = () => `strongest, either way: ${strongestWord(words.slice(run.first), moved)}`;
      scale.replaceChildren();
      if (leads.length) element("b", "", scale, run.title);
      scale.append(leads.length ? " " : "", turning ?? (moved ? strongest() : "computing …"));
      leads.forEach((made, index) => made.setAttribute("aria-pressed", index === lead));
      for (const made of colourings) made.setAttribute("aria-pressed", made.dataset.colouring === colouring);
    },
    show(at) {
      spans.forEach((span, index) => span.classList.toggle("rc-here", index === at));
      text.scrollTop = Math.max(0, spans[at].offsetTop - text.clientHeight / 2);
    },
  };
}

function colourWord(span, run, index, move, tones) {
  span.style.setProperty("--rc-tone", move?.points < 0 ? "var(--rc-negative)" : "var(--rc-positive)");
  span.style.setProperty("--rc-share", `${tones[index] ?? 0}%`);
  span.classList.toggle("rc-cut", index < 0);
  span.classList.toggle("rc-unknown", run.unknown.includes(index));
  span.title = move ? `${signed(move.points)} points` : "";
}

// The depth of each word's colour, in percent.
export function depths(moved) {
  const sizes = moved.map(({ points }) => Math.abs(points));
  const largest = Math.max(LEAST, ...sizes);
  return sizes.map((size) => Math.round(65 * Math.sqrt(size / largest)));
}

// Names the word with the deepest colour, and its value.
export function strongestWord(words, moved) {
  const sizes = moved.map(({ points }, index) => (isMarkup(words[index]) ? 0 : Math.abs(points)));
  const strongest = sizes.indexOf(Math.max(...sizes));
  if (sizes[strongest] < 0.05) return "none moved the prediction by 0.1 points";
  return `“${words[strongest]}”, ${signed(moved[strongest].points)} points`;
}
