// The page for phones: the current step, its question and its outcome.

import { confidenceControl, control, inWords } from "./join_ask.js";
import { answersPicture, chart, curvesPicture } from "./join_chart.js";
import { byId, element, setText } from "../common/dom.js";
import { keepLecture, keepQuestion, keptQuestions, outcomeInWords, storeUnsent, unsent } from "./join_kept.js";
import { listen, send } from "../common/line.js";
import { makeParts } from "../common/parts.js";
import { readingPart } from "./join_reading.js";
import { renderReviews } from "./join_review.js";
import { renderSign, sendRow } from "./join_sign.js";
import { renderTraining } from "./join_train.js";

const RETRY = 2000;
const ENDED = "The lecture has ended.";
const ANSWER = { question: "", round: 0, answer: null, confidence: null, right: null };
const NOTHING = { ...ANSWER, row: null, sign: null, review: null, deal: null, sent: false };

/** @type {PhoneState | null} */
let state = null; // the message to all phones
/** @type {PhoneOwn} */
let own = NOTHING; // this phone's own answer and review
const showParts = makeParts(byId("parts"), { chart, others: { reading: readingPart } });
let shown = { key: "", answer: null, confidence: null }; // the question and its controls
let problem = "";
let isSending = false;

function isAboutThis(message) {
  const question = state && state.question;
  return Boolean(message && question) && message.question === question.id && message.round === state.round;
}

// This phone's answer and confidence, sent or not.
function given() {
  return [unsent(state.lecture), own].find((message) => isAboutThis(message)) || NOTHING;
}

function answer() {
  return given().answer;
}

function choose(value, confidence = null) {
  problem = "";
  storeUnsent(state.lecture, { question: state.question.id, round: state.round, answer: value, confidence });
  render();
  sendAnswer();
}

async function sendAnswer() {
  if (isSending || !state) return;
  const { lecture } = state;
  const waiting = unsent(lecture);
  if (!waiting) return;
  if (!isAboutThis(waiting) || state.phase !== "open") {
    storeUnsent(lecture, null);
    problem = "Not counted: the vote closed before your answer was sent.";
    render();
    return;
  }
  isSending = true;
  const result = await send("join/answer", waiting);
  isSending = false;
  const isSame = JSON.stringify(unsent(lecture)) === JSON.stringify(waiting);
  if (result && isSame) {
    storeUnsent(lecture, null);
    if (result.kept) own = { ...own, ...waiting };
    else problem = `Not counted. ${result.said}`;
  } else setTimeout(sendAnswer, isSame ? RETRY : 0);
  render();
}

function ownLine() {
  const value = answer();
  const words = value === null ? "" : inWords(state.question, value, given().confidence);
  if (problem) return problem;
  if (state.phase === "idle") return "The vote is not open yet.";
  if (state.phase === "closed") return `The vote is closed.${words && ` ${answered(value, words)}`}`;
  if (!words) return state.round > 1 ? "Discuss it, then vote again." : "";
  if (unsent(state.lecture)) return `Not sent yet, saved on this phone: ${words}.`;
  return `Sent: ${words}. You can change it until the vote closes.`;
}

function answered(value, words) {
  return Array.isArray(value) ? "You drew a curve." : `You answered: ${words}.`;
}

function renderQuestion() {
  const { question, phase } = state;
  byId("question").hidden = !question;
  if (!question) return;
  for (const id of ["answer", "own"]) byId(id).hidden = phase === "revealed";
  byId("confidence").hidden = phase === "revealed" || !question.confidence.length || answer() === null;
  const key = JSON.stringify(question); // a second vote starts with the answer to the first
  if (shown.key !== key) {
    const confidence = confidenceControl(question, (level) => choose(answer(), level));
    shown = { key, answer: control(question, choose, answer()), confidence };
    byId("answer").replaceChildren(shown.answer.node);
    byId("levels").replaceChildren(confidence.node);
    setText(byId("asked"), question.text);
  }
  shown.answer.show(answer(), phase === "open");
  shown.confidence.show(given().confidence, phase === "open");
  setText(byId("own"), ownLine());
}

function curveVerdict(drawing, real) {
  const distances = real.map((share, place) => Math.abs(share - drawing[place]));
  const mean = (100 * distances.reduce((sum, distance) => sum + distance, 0)) / distances.length;
  return `On average ${mean.toFixed(1)} points off.`;
}

function verdict({ question, outcome }, value, right, confidence) {
  if (!question || !outcome || !outcome.final || outcome.answer === null) return ["", ""];
  if (value === null) return ["You did not answer.", ""];
  if (Array.isArray(value)) return [curveVerdict(value, outcome.answer), ""];
  if (right === null) return ["", ""];
  const words = inWords(question, value, confidence);
  return right ? [`Correct: ${words}.`, "true"] : [`Not this time. ${answered(value, words)}`, "false"];
}

function keep() {
  const { lecture, on, question, outcome, tallies } = state;
  if (!on) return;
  keepLecture(lecture);
  if (!isAboutThis(own) || !(answer() !== null || outcome)) return;
  const final = outcome && outcome.final ? outcome : null;
  const said = final ? final.said : "";
  const { answer: value, confidence } = given();
  const reveal = { outcome: final, said, tallies, begun: Boolean(outcome), grows: Boolean(state.task) };
  keepQuestion(lecture, { question, answer: value, confidence, right: own.right, ...reveal });
}

// After the end: what this phone answered, what was right and why, and how the class answered.
function renderKept(questions) {
  byId("kept").hidden = !questions.length;
  byId("kept-questions").replaceChildren(...questions.map((entry) => {
    const { question, answer: value, confidence, right } = entry;
    const [judged, isRight] = verdict(entry, value, right, confidence);
    const words = value === null ? "You did not answer." : answered(value, inWords(question, value, confidence));
    return element("article", {}, element("h3", {}, question.text),
      element("p", { class: "verdict", "data-right": isRight }, judged || words),
      element("p", {}, outcomeInWords(entry)), ...answersPicture(entry, value));
  }));
}

function renderOutcome() {
  const isShown = state.phase === "revealed" && Boolean(state.question || state.hasRuns);
  byId("outcome").hidden = !isShown;
  if (!isShown) return;
  const [said, right] = verdict(state, answer(), own.right, given().confidence);
  setText(byId("verdict"), said);
  byId("verdict").dataset.right = right;
  const isSaid = right === "true" && state.outcome.only_names; // by the verdict
  setText(byId("said"), state.outcome && !isSaid ? state.outcome.said : "");
  setText(byId("played"), (state.hasRuns && state.played) || ""); // so that nobody takes a recording for live
  byId("curves").replaceChildren(...(state.hasRuns ? [curvesPicture(state, answer())] : []));
  byId("tally").replaceChildren(...answersPicture(state, answer()));
}

function titleAndText(wasThere) {
  if (state.on) return [state.title || "The lecture", state.text];
  if (state.networks) return [ENDED, ""];
  if (wasThere) return [ENDED, "The presenter did not offer the networks."];
  return ["No lecture right now", "Leave this page open: questions appear here."];
}

function render() {
  if (!state) return;
  keep();
  const questions = state.on ? null : keptQuestions(state.lecture);
  const [title, text] = titleAndText(Boolean(questions));
  setText(byId("title"), title);
  setText(byId("text"), text);
  renderKept(questions || []);
  renderSign(state, own);
  renderQuestion();
  showParts(state.parts);
  renderOutcome();
  byId("networks").hidden = !state.networks;
  byId("dashboard").hidden = !state.dashboard;
  /** @type {HTMLAnchorElement} */ (byId("dashboard")).href = state.dashboard;
  renderReviews(state, own.review);
  renderTraining(state, own);
}

// What is new begins at the top: another step, question or vote, or the networks.
function headOf({ lecture, step, title, question, round, networks }) {
  return JSON.stringify([lecture, step, title, question && question.id, round, networks]);
}

// A box that is still there, for what is sent.
function isTyping() {
  const { activeElement: box } = document;
  return Boolean(box?.matches("#review, #row-number") && /** @type {HTMLElement} */ (box).offsetParent);
}

function onEvent(kind, message) {
  if (kind !== "state" && kind !== "own") return;
  const isNew = kind === "state" && (!state || headOf(message) !== headOf(state));
  if (kind === "own") own = message;
  else state = message;
  if (isNew) problem = "";
  if (kind === "state") sendAnswer();
  render();
  if (isNew && !isTyping()) scrollTo(0, 0);
}

byId("row-form").addEventListener("submit", sendRow);
listen("join/events", {
  onEvent, onLine: (said) => setText(byId("line"), said),
  silent: 40_000, // the server sends something every 15 s
  offline: "Offline. Reconnecting; your answers stay on this phone.",
});
