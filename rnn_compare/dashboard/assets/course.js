// How the gradient's way back changed from epoch to epoch: played back, beside the effective memory of every epoch.
// The message holds everything (see pages/inside/gradient_history.py).

import { element } from "./dom.js";
import { loadPlotly, look, onChange } from "./plotly.js";
import { stepper } from "./stepper.js";

const pages = new WeakMap();

export function render({ data, parentElement }, urls) {
  let page = pages.get(parentElement);
  const content = JSON.stringify(data);
  if (page?.content === content) return;
  if (!page) {
    const style = element("link", "", parentElement);
    style.rel = "stylesheet";
    style.href = new URL(urls.styles[0], document.baseURI);
    page = { root: element("div", "rc-inside", parentElement) };
    page.end = onChange(page.root, () => draw(page));
    pages.set(parentElement, page);
  }
  Object.assign(page, { content, data });
  const pace = page.steps?.pace ?? 2;
  page.steps?.end();
  page.root.replaceChildren();
  page.steps = stepper(page.root, {
    unit: "epoch", count: data.epochs.length, pace, onStep: () => draw(page),
    where: (at) => (data.epochs[at] ? `after epoch ${data.epochs[at]}` : "before training"),
  });
  const charts = element("div", "rc-course", page.root);
  page.ways = element("div", "rc-course-ways", charts);
  page.memories = element("div", "rc-course-memories", charts);
  page.steps.jump(data.epochs.length - 1);
  loadPlotly(urls.plotly).then((plotly) => { page.plotly = plotly; draw(page); });
}

export function dispose(parentElement) {
  const page = pages.get(parentElement);
  if (!page || parentElement.isConnected) return;
  page.steps.end();
  page.end();
  pages.delete(parentElement);
}

function draw(page) {
  if (!page.plotly || !page.root.clientWidth) return;
  const { ink, font, line, paper } = look(page.root);
  const epoch = page.data.epochs[page.steps.at];
  const axis = {
    gridcolor: line, linecolor: line, zeroline: false, tickfont: { size: 15 }, fixedrange: true, automargin: true,
  };
  const titled = (text, more) => ({ ...axis, title: { text, font: { size: 15 } }, ...more });
  const common = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: font, color: ink, size: 15 },
    hoverlabel: { bgcolor: paper, bordercolor: line, font: { size: 15, color: ink } }, margin: { l: 10, r: 12, t: 8, b: 40 },
  };
  const size = (node) => ({ width: node.clientWidth, height: node.clientHeight });
  page.plotly.react(page.ways, page.data.runs.flatMap((run) => ways(run, epoch)), {
    ...common, ...size(page.ways), showlegend: page.data.runs.length > 1,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)" },
    xaxis: titled(page.data.place, { range: [page.data.longest + 0.5, 0] }),
    // The same for all epochs, so that what moves are the lines.
    yaxis: titled("size of the gradient", { type: "log", range: page.data.decades, exponentformat: "power", dtick: tick(page.data.decades) }),
  }, { displayModeBar: false, responsive: false });
  const { epochs } = page.data;
  page.plotly.react(page.memories, page.data.runs.flatMap(memories), {
    ...common, ...size(page.memories), showlegend: false,
    xaxis: titled("epoch", { range: [epochs[0] - 0.3, epochs.at(-1) + 0.3], nticks: 8, tickformat: "d" }),
    yaxis: titled("effective memory in words", { rangemode: "tozero" }),
    shapes: [{ type: "line", x0: epoch, x1: epoch, yref: "paper", y0: 0, y1: 1, line: { color: ink, width: 2.5 }, opacity: 0.7 }],
  }, { displayModeBar: false, responsive: false });
  page.memories.removeAllListeners?.("plotly_click");
  page.memories.on("plotly_click", ({ points }) => page.steps.jump(epochs.indexOf(points[0].x)));
}

// The lines of a run as they were after an epoch, or after the last one before it that was recorded.
function ways(run, epoch) {
  const at = run.epochs.findLastIndex((recorded) => recorded <= epoch);
  return run.lines.map(({ name, track, dash, places, values }) => ({
    type: "scatter", mode: "lines", name, x: places, y: at < 0 ? [] : values[at], showlegend: track === "hidden state",
    line: { color: run.color, dash, width: track === "hidden state" ? 3.5 : 2.5 }, hoverlabel: { namelength: -1 },
    hovertemplate: `${track}, word %{x:,} from the end: %{y:.2e}`,
  }));
}

function memories(run) {
  return run.memories.map(({ name, dash, words }) => ({
    type: "scatter", mode: "lines+markers", name, x: run.epochs, y: words, line: { color: run.color, dash, width: 3 },
    marker: { symbol: run.symbol, size: 9 }, hoverlabel: { namelength: -1 },
    hovertemplate: "epoch %{x}: %{y:,} words",
  }));
}

function tick([low, high]) {
  return Math.max(1, Math.round((high - low) / 6));
}
