// A step of the lecture: its parts, and the question with the answers of the class.

import { scaleIn } from "../../../browser/common/svg.js";
import { byId, element, setText } from "../common/dom.js";
import { makeParts } from "../common/parts.js";
import { choicesToRead, drawnCurves, isOrdered, rightBars, votesPicture } from "../common/votes.js";
import { makeFit } from "./wall_fit.js";
import { drawing, progress, verdicts } from "./wall_parts.js";
import { readingPart } from "./wall_reading.js";

const MOST = 2.5; // times: the largest scale of a step, and of what stands beside a chart
const MOST_BESIDE = 1.2;
const CHARTS = ["curves", "figures", "reading"];
const DENSE = ["drawing", "verdicts"];

// A chart as large as the room that it has, with large type.
function chart(draw) {
  const [caption, plot] = [element("figcaption"), element("div", { class: "plot" })];
  const observer = new ResizeObserver(() => {
    const scale = scaleIn(plot);
    const [width, height] = [plot.clientWidth / scale, plot.clientHeight / scale];
    if (!width || !height) return;
    const drawn = draw({ width, height });
    setText(caption, drawn ? drawn.caption : "The curves appear after the first epoch.");
    plot.replaceChildren(...(drawn ? [drawn.sheet] : []));
  });
  observer.observe(plot);
  return element("figure", { class: "chart" }, caption, plot);
}

// What is drawn only if it has changed.
function keyed(node, build) {
  let key = "";
  return (...inputs) => {
    const now = JSON.stringify(inputs);
    if (now === key) return;
    key = now;
    node.replaceChildren(...build(...inputs));
  };
}

function answers(question, tallies, outcome, { legend, colors }) {
  if (!tallies.length) return [element("p", { class: "nothing" }, "No answers.")];
  const last = tallies.at(-1);
  if (last.band.length) return [chart(drawnCurves(question, last))];
  const upright = isOrdered(question);
  return [votesPicture(tallies, { legend, colors, right: rightBars(last, outcome), upright })];
}

// How a state is laid out. Beside curves the answers have a column.
/** @param {WallState} state */
function viewOf({ question, phase, parts, tallies }) {
  const has = (...kinds) => parts.some(({ kind }) => kinds.includes(kind));
  const isAsked = ["idle", "open", "closed"].includes(phase);
  const isAnswered = Boolean(question) && !isAsked;
  const isBeside = isAnswered && has("curves");
  const isDrawn = isAnswered && tallies.some(({ band }) => band.length);
  const fills = isDrawn || has(...CHARTS);
  const hasAnswers = isAnswered && !(isBeside && isDrawn);
  return { isAsked, isBeside, fills, hasAnswers, reads: has("reading"), isDense: fills || has(...DENSE) };
}

const choicesOf = (question, isAsked) => (question && isAsked ? choicesToRead(question) : []);

// Returns what shows a state, and what shows the counts.
export function makeStep() {
  let answered = 0;
  let view = { fills: false, isBeside: false, key: "" };
  const others = {
    drawing, progress, reading: readingPart, verdicts,
    waiting: ({ challenge }) => element("div", {},
      element("p", { class: "count", role: "status" }, element("b", { "data-count": "waiting" }), " waiting"),
      element("h2", {}, challenge)),
    home: ({ sentence }) => (
      element("div", { class: "sentences" }, element("p", { class: "address" }), element("p", {}, sentence))
    ),
  };
  const showParts = makeParts(byId("parts"), { chart, answered: () => answered, others });
  const showAnswers = keyed(byId("answers"), (shown, ...inputs) => (shown ? answers(...inputs) : []));
  const showChoices = keyed(byId("choices"), (...choices) => choices.map((choice) => element("li", {}, choice)));
  const fitStep = makeFit(byId("frame"), byId("step"));
  const fitAsked = makeFit(byId("asked"), byId("asking"), () => false);
  const fit = () => {
    fitStep(view.fills ? 1 : MOST, view.key);
    fitAsked(view.isBeside ? MOST_BESIDE : 0, view.key);
  };
  new ResizeObserver(fit).observe(byId("frame"));

  function showQuestion({ question, outcome, tallies, score, surprised, discussion, legend, colors }, now) {
    byId("asked").hidden = !question;
    for (const [id, text] of Object.entries({ question: question?.text ?? "", discussion, score, surprised }))
      setText(byId(id), text);
    showChoices(...choicesOf(question, now.isAsked));
    showAnswers(now.hasAnswers, question, tallies, outcome, { legend, colors });
    setText(byId("said"), question && outcome ? outcome.said : "");
  }

  /** @param {WallState} state */
  function show(state) {
    const now = viewOf(state);
    answered = state.tallies.length ? state.tallies.at(-1).answered : 0;
    view = { ...now, key: `${state.lecture} ${state.step} ${state.phase}` };
    byId("step").className = ["fills", "isBeside", "reads"].filter((name) => now[name]).join(" ");
    document.body.classList.toggle("dense", now.isDense);
    showParts(state.parts);
    showQuestion(state, now);
  }

  /** @param {WallState} state @param {Counts} counts */
  function showCounts({ question, phase }, counts) {
    const line = byId("answered");
    line.hidden = !question || !["open", "closed"].includes(phase) || !counts.joined;
    const most = Math.max(counts.here, counts.answered).toLocaleString("en");
    setText(line.firstChild, counts.answered.toLocaleString("en"));
    setText(line.lastChild, ` of ${most} have answered${phase === "closed" ? ". The vote is closed." : ""}`);
    for (const node of document.querySelectorAll("[data-count]"))
      setText(node, counts[/** @type {HTMLElement} */ (node).dataset.count].toLocaleString("en"));
    fit();
  }
  return { show, showCounts };
}
