// The page for phones: shows the step at hand, asks its question, and tells what came of it.

import { control, inWords } from "./join_ask.js";
import { barOf, bars, curvesPicture } from "./join_chart.js";
import { fill, last, part, say } from "./join_dom.js";
import { keep, unsent } from "./join_kept.js";
import { listen, send } from "./join_line.js";
import { tellOfReviews } from "./join_review.js";

const RETRY = 2000;
const NOTHING = { question: "", round: 0, answer: null, right: null, review: null };

let told = null; // what all phones are told
let own = NOTHING; // what this one has sent
let asked = { key: "", show: () => {} };
let trouble = "";
let isSending = false;

function isAboutThis(message) {
  const question = told && told.question;
  return Boolean(message && question) && message.question === question.id && message.round === told.round;
}

function answer() {
  const waiting = unsent();
  if (isAboutThis(waiting)) return waiting.answer;
  return isAboutThis(own) ? own.answer : null;
}

function choose(value) {
  trouble = "";
  keep({ question: told.question.id, round: told.round, answer: value });
  render();
  sendAnswer();
}

async function sendAnswer() {
  const waiting = unsent();
  if (!waiting || isSending || !told) return;
  if (!isAboutThis(waiting) || told.phase !== "open") {
    keep(null);
    trouble = "Not counted: the vote closed before your answer was sent.";
    render();
    return;
  }
  isSending = true;
  const result = await send("join/answer", waiting);
  isSending = false;
  const isSame = JSON.stringify(unsent()) === JSON.stringify(waiting);
  if (result && isSame) {
    keep(null);
    if (result.kept) own = { ...own, ...waiting };
    else trouble = `Not counted. ${result.said}`;
  } else setTimeout(sendAnswer, isSame ? RETRY : 0);
  render();
}

function ownLine() {
  const given = answer();
  const words = given === null ? "" : inWords(told.question, given);
  if (trouble) return trouble;
  if (told.phase === "idle") return "The vote is not open yet.";
  if (told.phase === "closed") return words ? `The vote is closed. You answered: ${words}.` : "The vote is closed.";
  if (!words) return told.round > 1 ? "Discuss it, then vote again." : "";
  if (unsent()) return `Not sent yet, saved on this phone: ${words}.`;
  return `Sent: ${words}. You can change it until the vote closes.`;
}

function renderQuestion() {
  const { question, phase } = told;
  part("question").hidden = !question;
  if (!question) return;
  for (const id of ["answer", "own"]) part(id).hidden = phase === "revealed";
  const key = JSON.stringify(question); // a second vote begins as the first one ended
  if (asked.key !== key) {
    asked = { key, ...control(question, answer(), choose) };
    fill(part("answer"), asked.node);
    say(part("asked"), question.text);
  }
  asked.show(answer(), phase === "open");
  say(part("own"), ownLine());
}

function curveVerdict(drawing, real, isRight) {
  const distances = real.map((share, place) => Math.abs(share - drawing[place]));
  const mean = (100 * distances.reduce((sum, each) => sum + each, 0)) / distances.length;
  const said = isRight ? "Correct" : "Not this time";
  return `${said}: on average ${mean.toFixed(1)} points off.`;
}

function verdict() {
  const { question, outcome } = told;
  if (!question || !outcome || !outcome.final || outcome.answer === null) return ["", ""];
  const given = answer();
  if (given === null) return ["You did not answer.", ""];
  if (own.right === null) return ["", ""];
  if (question.kind === "curve") return [curveVerdict(given, outcome.answer, own.right), `${own.right}`];
  const words = inWords(question, given);
  return own.right ? [`Correct: ${words}.`, "true"] : [`Not this time. You answered: ${words}.`, "false"];
}

function renderTally() {
  const { question, outcome, tallies } = told;
  if (!question || question.kind === "curve" || !tallies.length) fill(part("tally"));
  else {
    const called = question.kind === "lead" || question.kind === "overfits_from" ? "the outcome" : "right";
    const [own, right] = [answer(), outcome && outcome.final ? outcome.answer : null].map((value) =>
      barOf(question.kind, last(tallies).labels, value),
    );
    fill(part("tally"), bars(tallies, own, right, called));
  }
}

function renderOutcome() {
  const isShown = told.phase === "revealed";
  part("outcome").hidden = !isShown;
  if (!isShown) return;
  const [said, right] = verdict();
  say(part("verdict"), said);
  part("verdict").dataset.right = right;
  const isSaid = told.question && told.question.kind === "own" && right === "true"; // the verdict names the answer
  say(part("said"), told.outcome && !isSaid ? told.outcome.said : "");
  say(part("played"), (told.hasRuns && told.played) || ""); // nobody takes a recording for live
  if (told.hasRuns) fill(part("curves"), curvesPicture(told, answer()));
  else fill(part("curves"));
  renderTally();
}

function render() {
  if (!told) return;
  const off = told.networks ? "The lecture has ended. Thank you." : "No lecture right now";
  say(part("title"), told.on ? told.title || "The lecture" : off);
  say(part("text"), told.on ? told.text : told.networks ? "" : "Leave this page open: questions appear here.");
  renderQuestion();
  renderOutcome();
  part("networks").hidden = !told.networks;
  tellOfReviews(told, own.review);
}

function onEvent(kind, message) {
  if (kind === "beat") return;
  if (kind === "own") own = message;
  else {
    const before = told;
    told = message;
    if (!before || before.round !== told.round || before.title !== told.title) trouble = "";
    if (before && before.title !== told.title) say(part("spoken"), `Next: ${told.title}`);
    sendAnswer();
  }
  render();
}

listen("join/events", { onEvent, onLine: (said) => say(part("line"), said) });
