// A review read word by word: the text, the verdict after each word, and every network's cell at the word in hand.
// The message holds everything (see inside/reading.py); stepping and playing happen here, without the server.

import { drawCell } from "./cell.js";
import { element } from "./dom.js";
import { drawHeatmap, tonesOf } from "./heatmap.js";
import { loadPlotly, look, onChange } from "./plotly.js";

const pages = new WeakMap();
const PACES = [1, 2, 4, 8]; // words a second

export function render({ data, parentElement }, urls) {
  let page = pages.get(parentElement);
  const content = JSON.stringify(data);
  if (page?.content === content) return;
  if (!page) {
    for (const url of urls.styles) {
      const style = element("link", "", parentElement);
      style.rel = "stylesheet";
      style.href = new URL(url, document.baseURI);
    }
    page = { root: element("div", "rc-inside", parentElement), lead: 0, pace: 4, shown: new Map() };
    page.end = onChange(page.root, () => draw(page));
    page.keys = (event) => onKey(page, event);
    document.addEventListener("keydown", page.keys);
    pages.set(parentElement, page);
  }
  page.content = content;
  page.data = data;
  page.runs = data.runs.map(unpackRun);
  page.lead = Math.min(page.lead, page.runs.length - 1);
  pause(page);
  build(page);
  go(page, data.words.length - 1);
  loadPlotly(urls.plotly).then((plotly) => { page.plotly = plotly; draw(page); });
}

export function dispose(parentElement) {
  const page = pages.get(parentElement);
  if (!page || parentElement.isConnected) return;
  pause(page);
  page.end();
  document.removeEventListener("keydown", page.keys);
  pages.delete(parentElement);
}

// ---- the message ----

function unpack({ bytes, scale }) {
  const values = Int8Array.from(atob(bytes), (sign) => sign.charCodeAt(0));
  values.scale = scale;
  values.gateFull = 127 / scale; // the byte that stands for 1
  return values;
}

function unpackRun(run) {
  const probabilities = run.logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  return {
    ...run, probabilities, input: unpack(run.input),
    signals: run.signals.map((signal) => ({ ...signal, values: unpack(signal) })),
    before: { state: unpack(run.before.state), carry: run.before.carry && unpack(run.before.carry) },
  };
}

// Numbers of one word: units of a signal, or what stands before the first word.
function row(values, index, width) {
  return Array.from(values.subarray(index * width, (index + 1) * width), (value) => value * values.scale / 127);
}

function valuesAt(page, run, word) {
  const index = word - run.first;
  const at = (name, place) => row(run.signals.find((signal) => signal.name === name).values, place, run.units);
  const place = run.backward ? index + 1 : index - 1;
  const inside = place >= 0 && place < page.data.words.length - run.first;
  const values = {
    word: page.data.words[word], input: row(run.input, index, run.input.length / (page.data.words.length - run.first)),
    state_before: inside ? at("state", place) : row(run.before.state, 0, run.units),
    all_units: run.all_units,
  };
  for (const { name } of run.signals) values[name] = at(name, index);
  if (run.before.carry) {
    values.carry_before = inside ? at("carry", place) : row(run.before.carry, 0, run.units);
    values.carry_scale = run.signals.find(({ name }) => name === "carry").values.scale;
  }
  return values;
}

// ---- what stands on the page ----

function build(page) {
  const { root, data, runs } = page;
  root.replaceChildren();
  page.text = element("div", "rc-reading", root);
  page.words = data.words.map((word, index) => {
    const span = element("span", "", page.text, word);
    span.addEventListener("click", () => { pause(page); go(page, index); });
    page.text.append(" ");
    return span;
  });
  const legend = element("div", "rc-moved", root);
  element("span", "", legend, "moved towards");
  element("b", "rc-negative", legend, "negative");
  element("b", "rc-positive", legend, "positive");
  element("span", "", legend, runs.length > 1 ? "as read by" : `as read by ${runs[0].title}`);
  if (runs.length > 1) {
    page.leads = runs.map((run, index) => {
      const button = element("button", "rc-lead", legend, run.title);
      button.type = "button";
      button.style.setProperty("--rc-color", run.color);
      button.addEventListener("click", () => { page.lead = index; colourText(page); });
      return button;
    });
  }
  buildControls(page);
  const caption = element("p", "rc-caption", root, "The verdict after each word: the probability that the review is positive");
  caption.id = "rc-verdict-caption";
  page.chart = element("div", "rc-verdict-chart", root);
  page.cards = element("div", "rc-cells", root);
  for (const run of runs) run.card = buildCard(page, run);
}

function buildControls(page) {
  const bar = element("div", "rc-steps", page.root);
  const button = (text, label, act) => {
    const made = element("button", "", bar, text);
    made.type = "button";
    made.setAttribute("aria-label", label);
    made.title = label;
    made.addEventListener("click", act);
    return made;
  };
  button("⏮", "First word", () => { pause(page); go(page, 0); });
  button("◀", "Word before (arrow left)", () => { pause(page); go(page, page.at - 1); });
  page.play = button("Play", "Play (space)", () => (page.timer ? pause(page) : play(page)));
  page.play.className = "rc-play";
  button("▶", "Next word (arrow right)", () => { pause(page); go(page, page.at + 1); });
  page.slider = element("input", "", bar);
  Object.assign(page.slider, { type: "range", min: 0, max: page.data.words.length - 1, step: 1 });
  page.slider.setAttribute("aria-label", "Word");
  page.slider.addEventListener("input", () => { pause(page); go(page, Number(page.slider.value)); });
  const pace = element("select", "", bar);
  pace.setAttribute("aria-label", "Pace");
  for (const words of PACES) {
    const option = element("option", "", pace, `${words} word${words > 1 ? "s" : ""} a second`);
    option.value = words;
    option.selected = words === page.pace;
  }
  pace.addEventListener("change", () => {
    page.pace = Number(pace.value);
    if (page.timer) { pause(page); play(page); }
  });
  page.where = element("span", "rc-where", bar);
}

function buildCard(page, run) {
  const root = element("section", "", page.cards);
  root.style.setProperty("--rc-color", run.color);
  root.dataset.run = run.id;
  const head = element("header", "", root);
  element("h4", "", head, run.cell_name ? `${run.title}, ${run.cell_name}` : run.title);
  const card = { verdict: element("b", "", head), moved: element("span", "rc-step", root) };
  card.cell = drawCell(run.cell, run.color);
  element("div", "rc-drawing", root).append(card.cell.node);
  const tabs = element("div", "rc-signals", root);
  card.tabs = run.signals.map((signal) => {
    const tab = element("button", "", tabs, signal.title);
    tab.type = "button";
    tab.addEventListener("click", () => { page.shown.set(run.cell, signal.name); draw(page); });
    return tab;
  });
  const map = element("div", "rc-heatmap", root);
  card.canvas = element("canvas", "", map);
  card.cursor = element("i", "", map);
  map.addEventListener("click", (event) => {
    const box = card.canvas.getBoundingClientRect();
    pause(page);
    go(page, Math.floor((event.clientX - box.left) / box.width * page.data.words.length));
  });
  element("p", "rc-axes", root, `${run.units} units${run.units < run.all_units ? ` of ${run.all_units}` : ""}, those that weigh most on top · words from left to right`);
  return card;
}

// ---- drawing ----

function draw(page) {
  if (!page.plotly || !page.root.clientWidth) return;
  page.tones = tonesOf(look(page.root));
  colourText(page);
  drawChart(page);
  for (const run of page.runs) {
    const chosen = run.signals.find(({ name }) => name === page.shown.get(run.cell)) ?? run.signals[0];
    run.card.tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", run.signals[index] === chosen));
    drawHeatmap(run.card.canvas, {
      values: chosen.values, units: run.units, words: page.data.words.length, first: run.first, gate: chosen.gate,
    }, page.tones);
  }
  show(page);
}

function colourText(page) {
  const run = page.runs[page.lead];
  const moves = run.logits.slice(1).map((logit, index) => logit - run.logits[index]);
  const largest = Math.max(0.2, ...moves.map(Math.abs));
  page.words.forEach((span, word) => {
    const move = moves[word - run.first];
    const share = move === undefined ? 0 : Math.sqrt(Math.abs(move) / largest);
    span.style.setProperty("--rc-tone", move < 0 ? "var(--rc-blue)" : "var(--rc-orange)");
    span.style.setProperty("--rc-share", `${Math.round(75 * share)}%`);
    span.classList.toggle("rc-cut", move === undefined);
    span.classList.toggle("rc-unknown", run.unknown.includes(word - run.first));
  });
  page.leads?.forEach((button, index) => button.setAttribute("aria-pressed", index === page.lead));
}

function drawChart(page) {
  const { ink, font, line, paper } = look(page.root);
  const count = page.data.words.length;
  const traces = page.runs.map((run) => ({
    type: "scatter", mode: "lines", name: run.title, line: { color: run.color, width: 3.5, shape: "linear" },
    x: run.probabilities.map((_, index) => run.first + index), y: run.probabilities,
    text: run.probabilities.map((_, index) => page.data.words[run.first + index - 1] ?? "before the first word"),
    hovertemplate: "%{y:.1%}",
  }));
  const axis = { gridcolor: line, linecolor: line, zeroline: false, tickfont: { size: 15 }, fixedrange: true };
  page.plotly.react(page.chart, traces, {
    width: page.chart.clientWidth, height: page.chart.clientHeight, paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)", font: { family: font, color: ink, size: 15 }, margin: { l: 55, r: 12, t: 6, b: 24 },
    hovermode: "x unified", hoverlabel: { bgcolor: paper, bordercolor: line, font: { size: 15, color: ink } },
    showlegend: page.runs.length > 1, legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)" },
    xaxis: {
      ...axis, range: [0, count + 0.2], showgrid: false,
      ...(count <= page.chart.clientWidth / 24 ? { tickvals: page.data.words.map((_, index) => index + 1), ticktext: page.data.words.map(plain), tickangle: count > 12 ? -40 : 0, automargin: true } : {}),
    },
    yaxis: { ...axis, range: [-0.02, 1.02], tickformat: ".0%", nticks: 6 },
    shapes: chartShapes(page),
  }, { displayModeBar: false, responsive: false });
  page.chart.removeAllListeners?.("plotly_click");
  page.chart.on("plotly_click", ({ points }) => { pause(page); go(page, Math.round(points[0].x) - 1); });
}

function chartShapes(page) {
  const { ink } = look(page.root);
  return [
    { type: "line", xref: "paper", x0: 0, x1: 1, y0: 0.5, y1: 0.5, line: { color: ink, width: 1, dash: "dot" }, opacity: 0.5 },
    { type: "line", x0: page.at + 1, x1: page.at + 1, yref: "paper", y0: 0, y1: 1, line: { color: ink, width: 2.5 }, opacity: 0.7 },
  ];
}

// Plotly reads a little markup in texts.
function plain(text) {
  return text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
}

// ---- stepping ----

function go(page, word) {
  page.at = Math.max(0, Math.min(page.data.words.length - 1, word));
  show(page);
}

function show(page) {
  page.slider.value = page.at;
  page.where.textContent = `word ${page.at + 1} of ${page.data.words.length}`;
  page.words.forEach((span, index) => span.classList.toggle("rc-here", index === page.at));
  const here = page.words[page.at];
  page.text.scrollTop = Math.max(0, here.offsetTop - page.text.clientHeight / 2);
  if (page.plotly && page.chart.layout) page.plotly.relayout(page.chart, { shapes: chartShapes(page) });
  for (const run of page.runs) {
    const index = page.at - run.first;
    const { card } = run;
    card.cursor.style.left = `${100 * (page.at + 0.5) / page.data.words.length}%`;
    if (index < 0) {
      card.verdict.textContent = "–";
      card.moved.textContent = `“${page.data.words[page.at]}” was cut off: this network never saw it`;
      continue;
    }
    const [before, after] = run.probabilities.slice(index, index + 2);
    const move = 100 * (after - before);
    card.verdict.textContent = `${(100 * after).toFixed(1)} % positive`;
    card.moved.textContent = `“${page.data.words[page.at]}” moved it by ${move < 0 ? "−" : "+"}${Math.abs(move).toFixed(1)} points`;
    card.cell.update(valuesAt(page, run, page.at));
  }
}

function play(page) {
  if (page.at === page.data.words.length - 1) go(page, 0);
  page.play.textContent = "Pause";
  page.timer = setInterval(() => {
    go(page, page.at + 1);
    if (page.at === page.data.words.length - 1) pause(page);
  }, 1000 / page.pace);
}

function pause(page) {
  clearInterval(page.timer);
  page.timer = undefined;
  if (page.play) page.play.textContent = "Play";
}

function onKey(page, event) {
  if (event.target.closest?.("input, textarea, select, button, [role=slider], [contenteditable]")) return;
  if (!page.root.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = {
    ArrowLeft: () => { pause(page); go(page, page.at - 1); },
    ArrowRight: () => { pause(page); go(page, page.at + 1); },
    Home: () => { pause(page); go(page, 0); },
    End: () => { pause(page); go(page, page.data.words.length - 1); },
    " ": () => (page.timer ? pause(page) : play(page)),
  }[event.key];
  if (act) { event.preventDefault(); act(); }
}
