// The phone's own network, which a worker trains from the phone's seed. Its weights never leave the phone.

/* oxlint-disable unicorn/require-post-message-target-origin -- a worker's messages have none */

import { percent, verdictIn } from "../../../browser/arithmetic/moves.js";
import { add, addText } from "../../../browser/common/svg.js";
import { drawFrame, drawLine, plotIn } from "../../../browser/drawing/curves/curve_chart.js";
import { lineOf, shareScales } from "../../../browser/drawing/curves/class_chart.js";
import { SIZE } from "./join_chart.js";
import { byId, element, setText } from "../common/dom.js";
import { send } from "../common/line.js";

const RETRY = 2000;
const AHEAD = 8000; // ms over which a class's phones fetch the reviews before they train
const [LOW, HIGH, RIGHT] = [40, 90, 14]; // percent, and pixels
const [LARGEST, LEAST, TALLEST] = [14, 3, 110]; // a dot's diameter, and the height of all
const OF_A_CLASS = 10_000; // seeds, as in class_networks/task.py
const UNABLE = "This phone cannot train. The wall trains in its place.";

/** @type {any} */
let network = null; // { key, cell, seed, right, correct, isDone, problem, worker }
/** @type {PhoneTask | null} */
let task = null;
let isGuessing = false; // then its accuracy would be a hint
/** @type {ReturnType<setTimeout>} */
let typed;

// Fetches the task, and trains once the class does, also while other steps are shown. The message is that to all
// phones, `own` this phone's.
export function renderTraining({ lecture, on, task: told, question, phase }, own) {
  isGuessing = Boolean(question) && !isShown(told, phase);
  if (told && own.deal) follow(lecture, told, own);
  byId("training").hidden = !network || (told ? !told.here : on || !network.isDone);
  if (network) render();
}

// The class's networks, or the answer to the question.
function isShown(told, phase) {
  return phase === "revealed" || (phase === "closed" && Boolean(told && told.cells));
}

function follow(lecture, told, { deal: [cell, seed], sent: isSent }) {
  task = told;
  const key = [lecture, cell, seed].join(" ");
  if (!network || network.key !== key) prepare({ key, cell, seed, isSent });
  if (task.trains && !network.trains) train(network);
}

function prepare({ key, cell, seed, isSent }) {
  if (network && network.worker) network.worker.terminate();
  const untrained = { right: [], correct: "", trains: false, isDone: false, problem: "", worker: null };
  network = { key, cell, seed, isSent, ...untrained };
  load(network);
}

function load(mine) {
  try {
    mine.worker = new Worker("join/worker.js");
  } catch {
    mine.problem = UNABLE;
    return;
  }
  mine.worker.addEventListener("message", ({ data }) => mine === network && take(data));
  mine.worker.addEventListener("error", ({ message }) => {
    if (mine !== network || mine.isDone) return;
    if (message) giveUp(UNABLE); // without, it did not arrive
    else setTimeout(() => mine === network && load(mine), RETRY * (0.5 + Math.random()));
  });
  mine.fetch = () => mine.worker.postMessage({ fetch: new URL("join/task", location.href).href });
  if (mine.trains) train(mine);
  else mine.timer = setTimeout(mine.fetch, AHEAD * Math.random());
}

function train(mine) {
  mine.trains = true;
  if (mine.problem) giveUp(mine.problem);
  if (!mine.worker) return;
  clearTimeout(mine.timer);
  mine.fetch();
  mine.worker.postMessage({ train: { cell: mine.cell, seed: mine.seed } });
}

function take({ right, done, labels, share, known, problem }) {
  if (right !== undefined) network.right.push(right);
  if (problem) giveUp(UNABLE);
  if (done) {
    Object.assign(network, { isDone: true, labels, correct: done.correct });
    post(network);
    read();
  }
  if (share !== undefined) sayPrediction(share, known);
  render();
}

// Says so, also to the server once the class trains.
function giveUp(problem) {
  network.problem = problem;
  if (network.trains) post({ ...network, right: [] });
  render();
}

async function post({ key, cell, seed, right, correct }) {
  const result = await send("join/trained", { cell, seed, right, correct });
  if (network.key !== key) return;
  if (!result) setTimeout(() => network.key === key && post({ key, cell, seed, right, correct }), RETRY);
  else if (result.kept) network.isSent = true;
  else network.problem = `Not counted. ${result.said}`;
  render();
}

function render() {
  const { cell, seed, right, isDone, isSent, problem, trains } = network;
  const best = `, ${percent(Math.max(0, ...right) / task.heldOut)} on held-out reviews`;
  const name = `${cell} no. ${seed % OF_A_CLASS}`;
  setText(byId("training-title"), `Your network: ${name}${isDone && !isGuessing ? best : ""}`);
  setText(byId("training-status"), statusOf({ right, isDone, isSent, problem, trains }));
  byId("training-curve").hidden = isGuessing;
  if (right.length) byId("training-curve").replaceChildren(curve(right.map((count) => count / task.heldOut)));
  byId("training-class").hidden = !(task.cells && isDone) || isGuessing;
  if (task.cells && isDone) byId("training-class").replaceChildren(...among(task.cells, cell, Math.max(...right)));
  byId("training-read").hidden = !isDone;
}

function statusOf({ right, isDone, isSent, problem, trains }) {
  if (problem) return problem;
  if (!trains) return "It trains as soon as the presenter starts.";
  if (!right.length) return "Fetching the reviews …";
  if (!isDone) return `Training: epoch ${right.length} of ${task.epochs}. Leave this page open.`;
  const hint = isGuessing ? " Its accuracy is shown with the class's networks." : "";
  return `${isSent ? "Trained, and sent to the wall." : "Trained. Sending …"}${hint}`;
}

function curve(shares) {
  const scales = shareScales(SIZE, task.epochs, [LOW, HIGH], RIGHT);
  const line = lineOf(shares);
  const best = Math.max(...shares);
  const spoken = `Validation accuracy of your network: ${shares.map(percent).join(", ")}`;
  const sheet = drawFrame(scales, " %", spoken);
  const plot = plotIn(sheet, scales);
  drawLine(plot, scales, line, { class: "curve own" });
  add(plot, "circle", { class: "own", r: 5, cx: scales.x(1 + shares.indexOf(best)), cy: scales.y(100 * best) });
  const caption = "Validation accuracy after each epoch, the best marked. It reads with the weights of the last.";
  return element("figure", {}, sheet, element("figcaption", {}, caption));
}

// The class's networks, a row of dots for each cell; this phone's is marked and put in words.
function among(cells, cell, best) {
  const { bests } = cells.find((row) => row.cell === cell);
  const isThere = bests.includes(best); // unless late or left out
  const below = bests.filter((other) => other < best).length;
  const others = bests.length - Number(isThere);
  const same = others === 1 ? cell : `${cell}s`;
  const rows = cells.map((row) => dots(row, isThere && row.cell === cell ? best : null));
  return [
    element("h3", {}, "Among the class's networks"),
    element("p", {}, others ? `Better than ${below} of ${others} other ${same}. Only the seed differs.` : ""),
    ...rows,
  ];
}

function dots({ cell, color, bests }, mine) {
  const width = 340;
  const shares = bests.map((best) => 100 * best / task.heldOut);
  const [low, high] = [Math.min(50, ...shares), Math.max(80, ...shares)];
  const wide = width / (high - low); // of a column
  const columns = Array.from({ length: Math.ceil(high - low) }, () => []);
  shares.forEach((share, place) => columns[Math.min(Math.floor(share - low), columns.length - 1)].push(place));
  const most = Math.max(1, ...columns.map(({ length }) => length));
  let size = Math.min(LARGEST, wide);
  const beside = () => Math.max(1, Math.floor(wide / size)); // in a level
  while (size > LEAST && Math.ceil(most / beside()) * size > TALLEST) size -= 0.5;
  const inLevel = beside();
  const height = Math.max(LARGEST, size * Math.ceil(most / inLevel));
  const own = mine === null ? -1 : bests.indexOf(mine);
  const marks = columns.flatMap((places, column) => places.map((place, index) => {
    const level = Math.floor(index / inLevel);
    const others = Math.min(inLevel, places.length - level * inLevel);
    const x = wide * (column + 0.5) + size * (index % inLevel - (others - 1) / 2);
    const at = { cx: x, cy: height - size * (level + 0.5) };
    const look = place === own ? { class: "own-dot", r: Math.max(6, size / 2) } : { fill: color, r: size * 0.44 };
    return { place, attributes: { ...at, ...look } };
  }));
  marks.sort((a, b) => Number(a.place === own) - Number(b.place === own)); // on top
  const ends = [Math.min(...shares), Math.max(...shares)].map((share) => percent(share / 100));
  const spoken = `${cell}: ${bests.length} networks${bests.length ? ` from ${ends.join(" to ")}` : ""}`;
  const view = { viewBox: `-10 -8 ${width + 20} ${height + 30}`, role: "img", "aria-label": spoken };
  const caption = element("figcaption", {}, `${cell}, ${bests.length}${mine === null ? "" : "; ringed: yours"}`);
  const sheet = add(null, "svg", view);
  add(sheet, "line", { class: "axis", x1: 0, x2: width, y1: height, y2: height });
  addText(sheet, 0, height + 17, `${Math.round(low)} %`, "start");
  addText(sheet, width, height + 17, `${Math.round(high)} %`, "end");
  for (const { attributes } of marks) add(sheet, "circle", attributes);
  return element("figure", {}, caption, sheet);
}

byId("training-text").addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(read, 150);
});

function read() {
  const { value } = /** @type {HTMLTextAreaElement} */ (byId("training-text"));
  const text = value.trim();
  if (text && network && network.isDone) network.worker.postMessage({ read: text });
  else setText(byId("training-prediction"), "");
}

function sayPrediction(share, known) {
  setText(byId("training-prediction"), known ? verdictIn(share, network.labels) : "It knows none of these words.");
}
