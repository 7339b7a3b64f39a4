// The presenter's notes: clock, counts, the step's notes, presses, the closed vote, trainings and the class's reviews.

import { byId, element, setText } from "../common/dom.js";
import { listen } from "../common/line.js";
import { makePresses, pressButtons } from "../common/press.js";
import { drawnCurves, isOrdered, rightBars, votesPicture } from "../common/votes.js";
import { moveOf } from "../common/keys.js";

const NONE = "No lecture is running. Start one under";
const CHART = { width: 460, height: 200 };
const OF_REVIEWS = new Set(["take_reviews", "hide_review"]); // presses that stand beside the reviews

/** @type {NotesState | null} */
let state = null;
/** @type {Counts} */
let counts = { joined: 0, here: 0, answered: 0, waiting: 0 };
const presses = makePresses({ onSaid: (said) => setText(byId("problem"), said), where: () => state?.place });
const ask = /** @type {HTMLDialogElement} */ (byId("ask"));
const contents = {}; // what is drawn, as JSON, by the element's id
const reviews = new Map(); // their elements, by id

// Draws content only if it differs, so that a press, a selection and a scroll position are not interrupted.
function draw(id, content, nodes) {
  const now = JSON.stringify(content);
  if (contents[id] === now) return;
  contents[id] = now;
  byId(id).replaceChildren(...nodes(content));
}

export function elapsed(began, now) {
  const seconds = Math.max(0, Math.floor(now - began));
  return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`;
}

export function deleted(waiting) {
  const gone = `${waiting} ${waiting === 1 ? "review" : "reviews"} you have not shown will be deleted. `;
  return `Hidden curves become visible to everyone. ${waiting ? gone : ""}Answers, curves and networks are kept.`;
}

function renderFacts() {
  const now = new Date();
  const { question, phase, round } = state;
  const facts = [
    ["clock", now.toTimeString().slice(0, 5)],
    ["elapsed", elapsed(state.began, now.getTime() / 1000)],
    ["online", counts.here],
    ["joined", counts.joined],
    ["answered", question ? counts.answered : "–"],
    [question ? `vote, round ${round}` : "vote", question ? phase : "–"],
  ];
  draw("facts", facts, () => facts.map(([name, value]) => (
    element("div", {}, element("dt", {}, name), element("dd", {}, `${value}`)))));
  setText(byId("waiting"), waitingLine());
  setText(byId("gone"), deleted(counts.waiting));
}

function waitingLine() {
  if (!state.reviews.length) return "No reviews yet.";
  return `${counts.waiting} not shown yet.${state.takesReviews ? "" : " Only a step with reviews shows them."}`;
}

function renderVote() {
  const { question, phase, tallies, outcome, colors, legend } = state;
  const isClosed = Boolean(question) && ["closed", "shown", "revealed"].includes(phase);
  byId("vote").hidden = !isClosed;
  if (isClosed) draw("tally", { question, tallies, outcome, colors, legend }, votePicture);
  draw("sentences", state.sentences, paragraphs("p"));
}

function votePicture({ question, tallies, outcome, colors, legend }) {
  if (!tallies.length) return [element("p", {}, "No answers.")];
  const last = tallies.at(-1);
  if (last.band.length) {
    const drawn = drawnCurves(question, last)(CHART);
    return [element("figure", {}, drawn.sheet, element("figcaption", {}, drawn.caption))];
  }
  const right = rightBars(last, outcome);
  return [votesPicture(tallies, { legend, colors, right, upright: isOrdered(question) })];
}

// The server's HTML, made from Markdown.
const fragment = (html) => [document.createRange().createContextualFragment(html)];
const paragraphs = (tag) => (lines) => lines.map((line) => element(tag, {}, line));

function reviewNode({ id }) {
  const act = (name, label) => {
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => presses.press(name, id));
    return button;
  };
  const [text, show] = [element("p"), act("show_review", "Show")];
  show.classList.add("primary");
  return { text, show, node: element("article", {}, text, show, act("drop_review", "Delete")) };
}

// Those that stay keep their elements: a new review must not take away the one under the finger.
function renderReviews() {
  byId("class").hidden = !state.reviews.length && !state.takesReviews;
  const list = byId("reviews");
  for (const [place, review] of state.reviews.entries()) {
    const { node, text, show } = reviews.get(review.id) || reviewNode(review);
    reviews.set(review.id, { node, text, show });
    setText(text, review.text); // never as markup
    setText(show, review.shown ? "Show again" : "Show");
    show.hidden = !state.takesReviews || review.id === state.onWall;
    if (list.children[place] !== node) list.insertBefore(node, list.children[place] || null);
  }
  while (list.children.length > state.reviews.length) list.lastChild.remove();
}

function render() {
  if (!state.on) showNothing(NONE);
  else if (state.problem) showNothing(`${state.problem} Open`);
  else showLecture();
}

// A sentence in place of the lecture, before the link to Present.
function showNothing(why) {
  if (ask.open) ask.close();
  byId("lecture").hidden = true;
  byId("elsewhere").hidden = false;
  setText(byId("why"), why);
}

function showLecture() {
  byId("lecture").hidden = false;
  byId("elsewhere").hidden = true;
  renderFacts();
  draw("warnings", state.warnings, paragraphs("li"));
  for (const [id, isOfReviews] of [["presses", false], ["review-presses", true]]) {
    const offered = state.presses.filter((made) => OF_REVIEWS.has(made.press) === isOfReviews);
    draw(id, offered, () => pressButtons(offered, presses.press));
  }
  renderVote();
  setText(byId("title"), state.title);
  draw("notes", state.notes, fragment);
  byId("training").hidden = !state.lines.length;
  draw("lines", state.lines, paragraphs("li"));
  renderReviews();
  setText(byId("next"), state.next);
  setText(byId("step"), `Step ${state.step + 1} of ${state.steps}`);
}

// What is new begins at the top: another step, or the answers to a closed vote.
function headOf({ lecture, step, phase, round }) {
  return [lecture, step, phase, round].join(" ");
}

function onEvent(kind, message) {
  presses.hurry();
  if (kind === "counts") counts = message;
  const isNew = kind === "state" && (!state || headOf(message) !== headOf(state));
  if (kind === "state") state = message;
  if (state) render();
  if (!isNew) return;
  setText(byId("problem"), "");
  scrollTo(0, 0);
}

// Whoever may not lead is told why, and sees nothing.
function onLine(said, status) {
  const isRefused = status === 403;
  setText(byId("line"), isRefused ? "" : said);
  if (!isRefused) return;
  state = null;
  showNothing(`${said} Open`);
}

document.addEventListener("keydown", (event) => {
  const move = moveOf(event);
  if (!["next", "back"].includes(move) || byId("lecture").hidden || ask.open) return;
  event.preventDefault();
  presses.press(move);
});
for (const [id, act] of Object.entries({
  back: () => presses.press("back"), go: () => presses.press("next"),
  end: () => ask.showModal(), stay: () => ask.close(),
  "end-it": () => { ask.close(); presses.press("end"); },
})) byId(id).addEventListener("click", act);
setInterval(() => state && state.on && renderFacts(), 1000);
listen("notes/events", { onEvent, onLine, asksAfter: 1, silent: 4000 }); // the server sends something every 1.5 s
