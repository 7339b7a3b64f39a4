// The wall of a lecture: one step at a time, as large as the window, led by keys and a few buttons.

import { byId, element, setText } from "../common/dom.js";
import { moveOf } from "../common/keys.js";
import { listen } from "../common/line.js";
import { makePresses, pressButtons } from "../common/press.js";
import { showCodes } from "./wall_codes.js";
import { makeStep } from "./wall_step.js";
import { makeTraining } from "./wall_train.js";

const SILENT = 4000; // milliseconds; the server sends something every 1.5 s
const FORBIDDEN = 403;
const NO_CODE = { address: "", code: "" };
const NOTHING = {
  on: false, problem: "", title: "The wall", text: "", writes: false, question: null, phase: "idle", parts: [],
  presses: [], tallies: [], legend: [], colors: {}, outcome: null, score: "", surprised: "", discussion: "",
};
/** @type {any} */
let state = null; // WallState
/** @type {WallOwn} */
let own = { join: NO_CODE, home: null };
/** @type {Counts} */
let counts = { joined: 0, here: 0, answered: 0, waiting: 0 };
let refused = "";
let said = { line: "", press: "" };
const drawn = { title: "", words: "", buttons: "" };

const { press, hurry } = makePresses({
  onSaid: (sentence) => showLine({ press: sentence }), where: () => state?.place, onTrouble: () => line.doubt(),
});
const step = makeStep();
const train = makeTraining((network) => press("trained", network));

function showLine(changed) {
  said = { ...said, ...changed };
  setText(byId("line"), said.line || said.press);
}

// Draws content only if it differs: a focus and a selection stay.
function draw(name, content, show) {
  const now = JSON.stringify(content);
  if (drawn[name] === now) return;
  drawn[name] = now;
  show();
}

// The step's Markdown, made and escaped by Python, or a sentence in its place.
function showWords({ text, writes, problem }) {
  const elsewhere = refused || (state.on ? "" : "No lecture is running.");
  const link = elsewhere ? [element("p", {}, element("a", { href: "present" }, "Open Present"))] : [];
  const sentence = elsewhere || problem;
  draw("words", [sentence, writes, text], () => {
    byId("text").innerHTML = writes || sentence ? "" : text;
    byId("words").innerHTML = writes && !sentence ? text : "";
    if (sentence) byId("words").append(element("p", {}, sentence), ...link);
  });
  document.body.classList.toggle("off", Boolean(elsewhere));
}

function render() {
  setText(byId("title"), state.title);
  showWords(state);
  byId("number").hidden = !state.steps;
  setText(byId("number").children[1], `${state.step + 1} / ${state.steps}`);
  draw("buttons", state.presses, () => byId("presses").replaceChildren(...pressButtons(state.presses, press)));
  step.show(state);
  renderCounts();
}

function renderCounts() {
  if (!state) return;
  const here = counts.here ? `${counts.here.toLocaleString("en")} here` : "join with your phone";
  setText(byId("here"), own.join.code ? here : "this machine only");
  showCodes(state, own);
  step.showCounts(state, counts);
}

function onEvent(kind, message) {
  if (kind === "counts") counts = message;
  if (kind === "own") own = message;
  if (kind === "state") {
    state = { ...NOTHING, ...message };
    refused = "";
    showLine({ press: "" });
    render();
  } else if (kind !== "beat") renderCounts();
  if (state) train(state);
}

function onLine(sentence, status) {
  if (status === FORBIDDEN) {
    refused = sentence;
    state = NOTHING; // nothing that only a presenter may see
    render();
  }
  if (said.line && !sentence) hurry();
  showLine({ line: refused ? "" : sentence });
}

function go(move) {
  if (move === "leave") location.assign("present");
  else if (state && state.on) press(move);
}

document.addEventListener("keydown", (event) => {
  const move = moveOf(event, document.querySelector(".rc-steps") !== null);
  if (!move || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  go(move);
}, true); // before what is read word by word hears it
byId("number").addEventListener("click", ({ target }) => {
  const { press: move } = /** @type {HTMLElement} */ (target).dataset;
  if (move) go(move);
});
const at = encodeURIComponent(location.href);
const line = listen(`wall/events?at=${at}`, { onEvent, onLine, silent: SILENT, asksAfter: 1 });
