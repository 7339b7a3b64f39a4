// The board's cards, one a run: how far it is, its best, what there is to press.

import { button, element, setText } from "./dom.js";

const ANSWERS = { Stop: "Stopping", Continue: "Starting" };
const ROWS = [["best", "state"], ["best_note", "last", "left"], ["size", "pace", "layers"]];
const LAYERS = "fused: Keras' layers with a compiled loop, several times faster; stock Keras: its own layers";

// onName(id) is called with the run whose name is clicked, onPress(what, id) with what is pressed.
export function buildCards(board, { onName, onPress }) {
  const row = element("div", "rc-cards", board);
  const cards = new Map();
  return {
    // isPressed(run): whether its button was pressed and is not answered yet.
    show(runs, { mayPress, isPressed }) {
      const present = new Set(runs.map((run) => run.id));
      for (const [id, card] of cards) {
        if (!present.has(id)) { card.root.remove(); cards.delete(id); }
      }
      board.classList.toggle("rc-many", runs.length > 3);
      board.style.setProperty("--rc-columns", runs.length === 5 || runs.length === 6 ? 3 : 4);
      runs.forEach((run, index) => {
        if (!cards.has(run.id)) cards.set(run.id, buildCard(row, run.id, { onName, onPress }));
        const card = cards.get(run.id);
        if (row.children[index] !== card.root) row.insertBefore(card.root, row.children[index] ?? null);
        card.show(run, mayPress, isPressed(run));
      });
    },
    // The names of hidden runs are struck through.
    markHidden(hidden) {
      for (const [id, card] of cards) card.name.setAttribute("aria-pressed", !hidden.has(id));
    },
  };
}

function buildCard(row, id, { onName, onPress }) {
  const root = element("article", "rc-card", row);
  const head = element("header", "", root);
  // The name is the legend too: it hides and shows the network's curves.
  const name = button("rc-name", head, "", () => onName(id));
  element("span", "rc-swatch", name);
  const label = element("h3", "", name);
  const press = button("rc-press", head, "", () => {
    onPress(press.dataset.press, id);
    showPress(press, press.dataset.press, true);
  });
  const bar = element("div", "rc-bar", root);
  bar.setAttribute("role", "progressbar");
  const fill = element("div", "", bar);
  const words = buildWords(root);
  return {
    root, name,
    show(run, mayPress, isPressed) {
      root.dataset.run = run.id;
      root.dataset.status = run.status;
      root.style.setProperty("--rc-color", run.color);
      setText(label, run.label);
      name.title = `${run.label}: hide or show its curves`;
      for (const [word, node] of Object.entries(words)) setText(node, run[word]);
      fill.style.width = `${100 * run.fraction}%`;
      bar.setAttribute("aria-valuenow", Math.round(100 * run.fraction));
      bar.setAttribute("aria-label", `${run.label} progress`);
      press.hidden = !(run.press && mayPress);
      press.setAttribute("aria-label", `${run.press} ${run.label}`);
      showPress(press, run.press, isPressed);
    },
  };
}

function buildWords(root) {
  const words = {};
  for (const names of ROWS) {
    const row = element("div", "rc-pair", root);
    for (const name of names) words[name] = element("span", `rc-${name}`, row);
  }
  words.layers.title = LAYERS;
  words.reason = element("p", "rc-reason", root);
  return words;
}

function showPress(press, what, isPressed) {
  press.dataset.press = what;
  press.disabled = isPressed;
  setText(press, isPressed ? ANSWERS[what] : what);
}
