// A report's curves over the epochs as SVG, with the values at the pointer, networks that can be hidden, and pictures.

import { button, element } from "../../browser/common/dom.js";
import { add, addText } from "../../browser/drawing/cell/cell_parts.js";

const SLIDE = { width: 960, height: 540 }; // 1920 × 1080, in large type
const SCALE = 2;
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 14, 12, 48];
const TICKS = 6;
const SHAPES = {
  circle: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
  square: "M-4-4h8v8h-8z",
  diamond: "M0-6L6 0L0 6L-6 0z",
  "triangle-up": "M0-5.500L5.500 4.500H-5.500z",
  cross: "M-2-5h4v3h3v4h-3v3h-4v-3h-3v-4h3z",
  star: "M0-7L2-2H7L3 1.500L4.500 6.500L0 3.500L-4.500 6.500L-3 1.500L-7-2H-2z",
  hexagon: "M-3-5.500h6L6 0L3 5.500h-6L-6 0z",
  "triangle-down": "M0 5.500L5.500-4.500H-5.500z",
};

export function buildCharts(charts) {
  const hidden = new Set(); // the groups that the reader has switched off
  const drawAll = () => charts.forEach((chart) => draw(chart, hidden));
  for (const chart of charts) buildFigure(document.getElementById("plots"), chart, hidden);
  const groups = new Map(charts.flatMap(({ traces }) => traces).map((trace) => [trace.legendgroup, trace]));
  for (const trace of groups.values()) buildSwitch(trace, hidden, drawAll);
  drawAll();
  addEventListener("resize", drawAll);
}

function buildFigure(parent, chart, hidden) {
  const figure = element("figure", "", parent);
  const caption = element("figcaption", "", figure);
  element("b", "", caption, chart.title);
  const key = element("span", "key", caption);
  element("i", "", key).after(chart.solid);
  if (chart.dashed) element("i", "dashed", key).after("training");
  for (const format of ["PNG", "SVG"]) {
    const made = button("", caption, format, () => download(chart, hidden, format.toLowerCase()));
    made.setAttribute("aria-label", `${chart.title} as ${format}`);
  }
  element("div", "plot", figure).id = `chart-${chart.name}`;
}

function buildSwitch({ legendgroup: place, meta, line }, hidden, drawAll) {
  const made = button("", document.getElementById("legend"), "", () => {
    const wasHidden = hidden.delete(place);
    if (!wasHidden) hidden.add(place);
    made.setAttribute("aria-pressed", String(wasHidden));
    drawAll();
  });
  element("span", "dot", made).style.setProperty("--color", line.color);
  made.append(meta);
  made.setAttribute("aria-pressed", "true");
}

function draw(chart, hidden) {
  const node = document.getElementById(`chart-${chart.name}`);
  const size = { width: node.clientWidth || SLIDE.width, height: node.clientHeight || SLIDE.height };
  const { sheet, across, epochs } = sheetOf(chart, hidden, size);
  node.replaceChildren(sheet);
  const cursor = add(sheet, "path", { class: "cursor" });
  const readout = element("div", "readout", node);
  const show = (epoch) => {
    readout.hidden = epoch === undefined;
    cursor.setAttribute("d", epoch === undefined ? "" : `M${across(epoch)} ${TOP}V${size.height - BOTTOM}`);
    if (epoch === undefined) return;
    readout.replaceChildren(...linesAt(chart, hidden, epoch));
    const isRight = across(epoch) > size.width / 2;
    readout.style.left = isRight ? "" : `${across(epoch) + 12}px`;
    readout.style.right = isRight ? `${size.width - across(epoch) + 12}px` : "";
  };
  show();
  sheet.addEventListener("pointermove", ({ clientX }) => {
    const x = clientX - sheet.getBoundingClientRect().left;
    const step = across(2) - across(1) || 1;
    show(Math.max(1, Math.min(epochs, Math.round(1 + (x - across(1)) / step))));
  });
  sheet.addEventListener("pointerleave", () => show());
}

const visible = (chart, hidden) => chart.traces.filter(({ legendgroup }) => !hidden.has(legendgroup));

function linesAt(chart, hidden, epoch) {
  const head = element("b", "", document.createDocumentFragment(), `epoch ${epoch}`);
  const lines = visible(chart, hidden).filter(({ hoverinfo, x }) => hoverinfo !== "skip" && x.includes(epoch));
  return [head, ...lines.map((trace) => {
    const line = element("p", "", document.createDocumentFragment());
    const dot = element("span", "dot", line);
    dot.style.setProperty("--color", trace.line.color);
    line.append(`${trace.meta} ${written(chart, trace.y[trace.x.indexOf(epoch)])}`);
    return line;
  })];
}

const written = ({ digits, unit }, value) => `${value.toFixed(digits)}${unit}`;

// The drawing of one chart; `across(epoch)` is the x coordinate of an epoch.
function sheetOf(chart, hidden, { width, height }) {
  const epochs = Math.max(1, ...chart.traces.filter(({ fill }) => !fill).map(({ x }) => x.length));
  const [low, high] = chart.range;
  const across = (epoch) => LEFT + (width - LEFT - RIGHT) * (epoch - 0.8) / (epochs - 0.6);
  const up = (value) => height - BOTTOM - (height - TOP - BOTTOM) * (value - low) / (high - low);
  const lines = visible(chart, hidden);
  const sheet = add(null, "svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": inWords(chart, lines),
  });
  drawAxes(sheet, chart, { width, height, epochs, across, up });
  for (const trace of lines.filter(({ x }) => x.length)) drawTrace(sheet, trace, across, up);
  return { sheet, across, epochs };
}

function drawAxes(sheet, { range: [low, high], unit, levels }, { width, height, epochs, across, up }) {
  const step = niceStep((high - low) / TICKS);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (let tick = Math.ceil(low / step - 1e-9); tick * step <= high + 1e-9; tick++) {
    const y = up(tick * step);
    add(sheet, "path", { class: "grid", d: `M${LEFT} ${y}H${width - RIGHT}` });
    addText(sheet, LEFT - 8, y + 5, `${(tick * step).toFixed(digits)}${unit}`, "end");
  }
  const every = Math.ceil(epochs / Math.max(1, Math.floor((width - LEFT) / 50)));
  for (let epoch = 1; epoch <= epochs; epoch += every) addText(sheet, across(epoch), height - BOTTOM + 20, epoch);
  addText(sheet, (LEFT + width - RIGHT) / 2, height - 6, "epoch");
  levels.filter(({ at }) => at >= low).forEach(({ at, color, side, text: caption }, index, { length }) => {
    const d = `M${LEFT} ${up(at)}H${width - RIGHT}`;
    add(sheet, "path", { d, stroke: color, "stroke-dasharray": "2 4" });
    // Beside each other: two levels are often close.
    const x = LEFT + 6 + index * (width - LEFT - RIGHT) / length;
    addText(sheet, x, up(at) + (side === "bottom" ? -5 : 15), caption, "start");
  });
}

// The step between ticks: 1, 2 or 5 times a power of ten.
export function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((step) => step * power >= least * (1 - 1e-9));
}

function drawTrace(sheet, { x, y, line, mode, marker, fill, fillcolor, opacity = 1 }, across, up) {
  const d = `M${x.map((epoch, index) => `${across(epoch).toFixed(1)} ${up(y[index]).toFixed(1)}`).join("L")}`;
  if (fill) return void add(sheet, "path", { d: `${d}Z`, fill: fillcolor });
  add(sheet, "path", {
    class: "line", d, fill: "none", stroke: line.color, "stroke-width": line.width, opacity, "stroke-linejoin": "round",
    "stroke-dasharray": line.dash?.replaceAll("px", "") ?? "none",
  });
  if (!mode.includes("markers")) return;
  x.forEach((epoch, index) => add(sheet, "path", {
    d: SHAPES[marker.symbol], fill: marker.color, transform: `translate(${across(epoch)} ${up(y[index])})`,
  }));
}

function inWords(chart, lines) {
  const ends = lines.filter(({ hoverinfo }) => hoverinfo !== "skip").map(({ meta, y }) => (
    `${meta} from ${written(chart, y[0])} to ${written(chart, y.at(-1))}`
  ));
  return `${chart.title} over the epochs: ${ends.join("; ")}.`;
}

// Saves the current view of a chart, with its title and a legend, at the size of a slide.
async function download(chart, hidden, format) {
  const style = getComputedStyle(document.documentElement);
  const [ink, paper, grid] = ["--ink", "--paper", "--line"].map((name) => style.getPropertyValue(name).trim());
  const whole = add(null, "svg", {
    xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${SLIDE.width} ${SLIDE.height}`,
    width: SCALE * SLIDE.width, height: SCALE * SLIDE.height, "font-family": "sans-serif", "font-size": 15, fill: ink,
  });
  add(whole, "rect", { width: SLIDE.width, height: SLIDE.height, fill: paper });
  const title = add(whole, "text", { x: 20, y: 36, "font-size": 22 });
  title.textContent = chart.title;
  let x = 20;
  for (const { meta, line } of visible(chart, hidden).filter(({ showlegend }) => showlegend)) {
    add(whole, "rect", { x, y: 54, width: 22, height: 4, fill: line.color });
    addText(whole, x + 30, 61, meta, "start");
    x += 56 + 8.5 * meta.length;
  }
  const { sheet } = sheetOf(chart, hidden, { width: SLIDE.width, height: SLIDE.height - 74 });
  for (const line of sheet.querySelectorAll(".grid")) line.setAttribute("stroke", grid);
  sheet.setAttribute("y", 74);
  whole.append(sheet);
  const drawing = new Blob([new XMLSerializer().serializeToString(whole)], { type: "image/svg+xml" });
  save(format === "svg" ? drawing : await painted(drawing), `${chart.name}.${format}`);
}

async function painted(drawing) {
  const image = new Image();
  image.src = URL.createObjectURL(drawing);
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: SCALE * SLIDE.width, height: SCALE * SLIDE.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((made) => { canvas.toBlob(made, "image/png"); });
}

function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
}
