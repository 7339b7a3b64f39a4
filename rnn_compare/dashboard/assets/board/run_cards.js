// The board's cards, one for a run or for all seeds of a setting: progress, best result, Stop or Continue.

import { button, element, explain, setText } from "../../../browser/common/dom.js";

const ANSWERS = { Stop: "Stopping", Continue: "Starting" };
const ROWS = [["best", "state"], ["best_note"], ["size", "left", "pace", "layers"]];
const REST = 1000; // milliseconds until Continue, which takes the place of Stop, can be pressed
const PATIENCE = 5000; // milliseconds until a press without effect may be repeated

// onName(id) is called when a card's name is clicked, onNameTwice(id) on a double click, and onPress(what, id) when its
// button is pressed.
export function buildCards(board, acts) {
  const row = element("div", "rc-cards", board);
  const cards = new Map();
  return {
    // isPressed(group): true while a press of its button is unanswered. help: explains the number, once.
    show(groups, { mayPress, isPressed, help }) {
      const present = new Set(groups.map((group) => group.id));
      for (const [id, card] of cards) {
        if (!present.has(id)) { card.root.remove(); cards.delete(id); }
      }
      board.classList.toggle("rc-many", groups.length > 3);
      board.style.setProperty("--rc-columns", groups.length === 5 || groups.length === 6 ? 3 : 4);
      groups.forEach((group, index) => {
        if (!cards.has(group.id)) cards.set(group.id, buildCard(row, group.id, acts));
        const card = cards.get(group.id);
        if (row.children[index] !== card.root) row.insertBefore(card.root, row.children[index] ?? null);
        card.show(group, mayPress, isPressed(group));
        explain(card.note, index === 0 && group.best_note ? help : "");
      });
    },
    // Strikes through the names of hidden groups.
    markHidden(hidden) {
      for (const [id, card] of cards) card.name.setAttribute("aria-pressed", !hidden.has(id));
    },
  };
}

function buildCard(row, id, { onName, onNameTwice, onPress }) {
  const root = element("article", "rc-card", row);
  const head = element("header", "", root);
  // The name is also the legend entry: it hides and shows the network's curves.
  const name = button("rc-name", element("h2", "", head), "", () => onName(id));
  name.addEventListener("dblclick", () => onNameTwice(id));
  element("span", "rc-swatch", name);
  const label = element("span", "rc-run-name", name);
  const press = button("rc-press", head, "", () => {
    onPress(press.dataset.press, id);
    showPress(press, press.dataset.press, true);
  });
  const bar = element("div", "rc-bar", root);
  bar.setAttribute("role", "progressbar");
  const fill = element("div", "", bar);
  const words = buildWords(root);
  return {
    root, name, note: words.best_note,
    show(group, mayPress, isPressed) {
      root.dataset.run = group.id;
      root.dataset.status = group.status;
      root.style.setProperty("--rc-color", group.color);
      setText(label, group.label);
      name.title = `${group.label}: hide or show its curves; twice: all others'`;
      for (const [word, node] of Object.entries(words)) setText(node, group[word]);
      fill.style.width = `${100 * group.fraction}%`;
      bar.setAttribute("aria-valuenow", Math.round(100 * group.fraction));
      bar.setAttribute("aria-label", `${group.label} progress`);
      press.hidden = !(group.press && mayPress);
      press.setAttribute("aria-label", `${group.press} ${group.label}`);
      if (press.dataset.press === "Stop" && group.press === "Continue") rest(press);
      showPress(press, group.press, isPressed);
    },
  };
}

function buildWords(root) {
  const words = {};
  for (const names of ROWS) {
    const row = element("div", "rc-pair", root);
    for (const name of names) words[name] = element("span", `rc-${name}`, row);
  }
  words.reason = element("p", "rc-reason", root);
  return words;
}

function rest(press) {
  press.dataset.rests = "";
  setTimeout(() => { delete press.dataset.rests; press.disabled = press.dataset.pressed === "true"; }, REST);
}

function showPress(press, what, isPressed) {
  press.dataset.press = what;
  press.dataset.pressed = isPressed;
  press.disabled = isPressed || "rests" in press.dataset;
  setText(press, isPressed ? ANSWERS[what] : what);
}

// The presses of Stop and Continue that the server has not answered yet.
// send(what, ids) sends presses to the server.
export function makePresses(send) {
  const asked = { Stop: new Map(), Continue: new Map() };
  return {
    press(what, id) {
      asked[what].set(id, Date.now());
      // All unanswered ones: of two messages in quick succession only the last gets through.
      send(what, [...asked[what].keys()]);
    },
    isPressed: ({ id, press, stopping }) => Boolean(stopping || asked[press]?.has(id)),
    // Forgets the presses that the server has answered.
    settle(groups) {
      for (const [what, ids] of Object.entries(asked)) {
        for (const [id, at] of ids) {
          const group = groups.find((each) => each.id === id);
          // A press without effect may be repeated; the page says why it had none.
          if (!group || group.stopping || group.press !== what || Date.now() - at > PATIENCE) ids.delete(id);
        }
      }
    },
  };
}
