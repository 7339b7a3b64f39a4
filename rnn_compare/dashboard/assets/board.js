// Draws the live board: cards above, accuracy and loss below. Called again with every message.
// A message holds ready words and numbers (see components/board.py); everything is set as text, never as markup.

import { element } from "./dom.js";
import { follow } from "./live.js";
import { loadPlotly, look, onChange } from "./plotly.js";

const boards = new WeakMap();
const ANSWERS = { Stop: "Stopping", Continue: "Starting" };
const PATIENCE = 5000; // milliseconds until a button that changed nothing is offered again
const ROOM = 1.005; // a hair beyond the last tick, or Plotly leaves it out
const KINDS = [
  {
    title: "Accuracy", train: "accuracy", val: "val_accuracy", format: ".0%", hover: ".1%",
    range: (values) => [Math.min(0.4, Math.floor(10 * Math.min(...values, 1)) / 10), ROOM],
  },
  {
    title: "Loss", train: "loss", val: "val_loss", format: ".1f", hover: ".3f",
    range: (values) => [0, ROOM * Math.max(0.8, Math.ceil(5 * Math.min(Math.max(...values, 0), 3) + 0.25) / 5)],
  },
];

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function build(parent, urls) {
  const style = element("link", "", parent);
  style.rel = "stylesheet";
  style.href = new URL(urls.styles[0], document.baseURI);
  const root = element("div", "rc-board", parent);
  const board = {
    root, hidden: new Set(), pressed: { Stop: new Map(), Continue: new Map() }, cards: new Map(), cardRow: element("div", "rc-cards", root),
    chartRow: element("div", "rc-charts", root), charts: [],
  };
  for (const kind of KINDS) {
    const box = element("figure", "rc-chart", board.chartRow);
    const caption = element("figcaption", "", box);
    element("b", "", caption, kind.title);
    const key = element("span", "rc-key", caption);
    element("i", "rc-solid", key);
    key.append("validation");
    element("i", "rc-dashed", key);
    key.append("training");
    const node = element("div", "rc-plot", box);
    node.dataset.chart = kind.title.toLowerCase();
    board.charts.push({ kind, node });
  }
  board.findings = element("ul", "rc-findings", root);
  board.findings.setAttribute("aria-label", "What the curves say");
  board.live = follow((data) => show(board, data));
  const unwatch = onChange(board.chartRow, () => draw(board));
  board.end = () => { unwatch(); board.live.end(); };
  boards.set(parent, board);
  return board;
}

function buildCard(board, id) {
  const root = element("article", "rc-card", board.cardRow);
  const card = { root };
  card.head = element("header", "", root);
  // The name is the legend too: it hides and shows the network's curves.
  card.name = element("button", "rc-name", card.head);
  card.name.type = "button";
  card.name.addEventListener("click", () => toggle(board, id));
  element("span", "rc-swatch", card.name);
  card.label = element("h3", "", card.name);
  card.button = element("button", "rc-press", card.head);
  card.button.type = "button";
  card.button.addEventListener("click", () => {
    const press = card.button.dataset.press;
    board.press(press, id);
    card.button.disabled = true;
    card.button.textContent = ANSWERS[press];
  });
  card.bar = element("div", "rc-bar", root);
  card.bar.setAttribute("role", "progressbar");
  card.fill = element("div", "", card.bar);
  for (const names of [["best", "state"], ["best_note", "last", "left"], ["size", "pace", "layers"]]) {
    const row = element("div", "rc-pair", root);
    for (const name of names) card[name] = element("span", `rc-${name}`, row);
  }
  card.layers.title = "fused: Keras' layers with a compiled loop, several times faster; stock Keras: its own layers";
  card.reason = element("p", "rc-reason", root);
  board.cards.set(id, card);
  return card;
}

function drawCards(board, runs, mayPress) {
  const present = new Set(runs.map((run) => run.id));
  for (const [id, card] of board.cards) {
    if (!present.has(id)) { card.root.remove(); board.cards.delete(id); }
  }
  board.root.classList.toggle("rc-many", runs.length > 3);
  board.root.style.setProperty("--rc-columns", runs.length === 5 || runs.length === 6 ? 3 : 4);
  runs.forEach((run, index) => {
    const card = board.cards.get(run.id) ?? buildCard(board, run.id);
    if (board.cardRow.children[index] !== card.root) {
      board.cardRow.insertBefore(card.root, board.cardRow.children[index] ?? null);
    }
    card.root.dataset.run = run.id;
    card.root.dataset.status = run.status;
    card.root.style.setProperty("--rc-color", run.color);
    setText(card.label, run.label);
    card.name.title = `${run.label}: hide or show its curves`;
    for (const name of ["best", "state", "best_note", "last", "left", "size", "pace", "layers", "reason"]) setText(card[name], run[name]);
    card.fill.style.width = `${100 * run.fraction}%`;
    card.bar.setAttribute("aria-valuenow", Math.round(100 * run.fraction));
    card.bar.setAttribute("aria-label", `${run.label} progress`);
    const answered = run.stopping || board.pressed[run.press]?.has(run.id);
    card.button.hidden = !(run.press && mayPress);
    card.button.dataset.press = run.press;
    card.button.disabled = answered;
    setText(card.button, answered ? ANSWERS[run.press] : run.press);
    card.button.setAttribute("aria-label", `${run.press} ${run.label}`);
  });
}

// What the curves say, in sentences.
function drawFindings(board, findings) {
  const list = board.findings;
  while (list.children.length > findings.length) list.lastChild.remove();
  findings.forEach(({ color, text }, index) => {
    const item = list.children[index] ?? element("li", "", list);
    item.style.setProperty("--rc-color", color);
    setText(item, text);
  });
}

// Ten-thousandths, three base-36 digits each (see components/board.py).
function unpack(text) {
  return (text.match(/.{3}/g) ?? []).map((digits) => parseInt(digits, 36) / 1e4);
}

function traces(board, runs, kind) {
  return runs.flatMap((run) => {
    const measured = unpack(run[kind.val]);
    const epochs = measured.map((_, index) => index + 1);
    const shared = {
      type: "scatter", legendgroup: run.id, name: escapeHtml(run.label), meta: run.id,
      visible: board.hidden.has(run.id) ? "legendonly" : true,
    };
    const training = {
      ...shared, uid: `${run.id}-training`, mode: "lines", showlegend: false,
      x: [...epochs, ...unpack(run.trail.at).map((share) => epochs.length + share)],
      y: [...unpack(run[kind.train]), ...unpack(run.trail[kind.train])],
      line: { color: run.color, width: 2.5, dash: "6px,5px" }, opacity: 0.8,
      hovertemplate: `%{fullData.name} training %{y:${kind.hover}}<extra></extra>`,
    };
    const validation = {
      ...shared, uid: `${run.id}-validation`, mode: "lines+markers", showlegend: true,
      x: epochs, y: measured,
      line: { color: run.color, width: 3.5 }, marker: { symbol: run.marker, size: 9, color: run.color },
      hovertemplate: `%{fullData.name} validation <b>%{y:${kind.hover}}</b><extra></extra>`,
    };
    return [training, validation];
  });
}

// Plotly reads a little HTML in its texts, and fills in what stands in %{}.
function escapeHtml(text) {
  const plain = text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  return plain.replaceAll("%{", "%\u200b{");
}

function layout(board, data, kind) {
  const { ink, font, line, paper } = look(board.root);
  const values = data.runs.flatMap((run) => [
    ...unpack(run[kind.train]), ...unpack(run[kind.val]), ...unpack(run.trail[kind.train]),
  ]);
  const narrow = board.root.clientWidth < 700;
  const marks = kind.title === "Accuracy" ? data.marks : [];
  const axis = { gridcolor: line, linecolor: line, zeroline: false, tickfont: { size: narrow ? 13 : 15 }, fixedrange: false };
  return {
    uirevision: data.runs.map((run) => run.id).join(), // a new comparison starts unzoomed
    autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: font, color: ink, size: 15 },
    margin: { l: 54, r: 12, t: 10, b: 46 },
    hovermode: "x unified", hoverlabel: { bgcolor: paper, bordercolor: line, font: { size: 15, color: ink } },
    showlegend: data.runs.length <= 4 && !narrow, // the cards' names do the same
    // Where curves seldom are: accuracy leaves the lower right free, loss the lower left.
    legend: {
      bgcolor: "rgba(0,0,0,0)", font: { size: 14 }, y: 0.02, yanchor: "bottom",
      ...(kind.title === "Accuracy" ? { x: 0.99, xanchor: "right" } : { x: 0.01, xanchor: "left" }),
    },
    xaxis: {
      ...axis, range: [0, data.epochs + 0.1], title: { text: "epoch", standoff: 6, font: { size: 15 } },
      dtick: data.epochs <= 12 ? 1 : undefined, showgrid: false, ticks: "outside", tickcolor: line, hoverformat: ".2~f",
    },
    yaxis: { ...axis, range: kind.range(values), tickformat: kind.format, nticks: 7 },
    shapes: marks.map(({ at, color }) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: at, y1: at, line: { color, width: 2, dash: "dot" },
    })),
    annotations: [
      ...marks.map(({ text, at, side }) => ({
        xref: "paper", x: 0.01, xanchor: "left", y: at, yanchor: side, text, showarrow: false, font: { size: 14 },
      })),
      ...(data.runs.length || !data.hint ? [] : [{
        xref: "paper", yref: "paper", x: 0.5, y: 0.5, text: escapeHtml(data.hint), showarrow: false,
        font: { size: 18 }, opacity: 0.7,
      }]),
    ],
  };
}

function toggle(board, id) {
  if (!board.hidden.delete(id)) board.hidden.add(id);
  draw(board);
}

function isolate(board, id) {
  const others = board.data.runs.map((run) => run.id).filter((other) => other !== id);
  const alone = !board.hidden.has(id) && others.every((other) => board.hidden.has(other));
  board.hidden = new Set(alone ? [] : others);
  draw(board);
}

function draw(board) {
  if (!board.plotly || !board.data || !board.root.clientWidth) return;
  for (const [id, card] of board.cards) card.name.setAttribute("aria-pressed", !board.hidden.has(id));
  const config = { displaylogo: false, responsive: false, displayModeBar: false, doubleClick: "reset" };
  for (const { kind, node } of board.charts) {
    const first = !node.on;
    board.plotly.react(node, traces(board, board.data.runs, kind), layout(board, board.data, kind), config);
    if (first) {
      // A network is hidden or shown in both charts at once.
      node.on("plotly_legendclick", (event) => { toggle(board, event.data[event.curveNumber].meta); return false; });
      node.on("plotly_legenddoubleclick", (event) => { isolate(board, event.data[event.curveNumber].meta); return false; });
    }
    const width = node.clientWidth;
    if (node.dataset.width && node.dataset.width !== String(width)) board.plotly.Plots.resize(node);
    node.dataset.width = width;
  }
}

export async function render({ data, parentElement, setTriggerValue }, urls) {
  const board = boards.get(parentElement) ?? build(parentElement, urls);
  board.mayPress = data.may_press;
  board.press = (press, id) => {
    // All that the server has not answered yet: of two presses within a moment only the last message gets through.
    board.pressed[press].set(id, Date.now());
    setTriggerValue(press === "Stop" ? "stop" : "resume", [...board.pressed[press].keys()]);
  };
  show(board, data);
  board.live.from(new URL(data.live, document.baseURI).href, data.busy);
  board.plotly ??= await loadPlotly(urls.plotly);
  draw(board);
}

function show(board, data) {
  board.data = data;
  for (const [press, asked] of Object.entries(board.pressed)) {
    for (const [id, at] of asked) {
      const run = data.runs.find((each) => each.id === id);
      // A press that changed nothing may be tried again: the page says why.
      if (!run || run.stopping || run.press !== press || Date.now() - at > PATIENCE) asked.delete(id);
    }
  }
  drawCards(board, data.runs, board.mayPress);
  drawFindings(board, data.findings);
  draw(board);
}

export function dispose(parentElement) {
  const board = boards.get(parentElement);
  if (!board || parentElement.isConnected) return;
  board.end();
  boards.delete(parentElement);
}
