// A report's charts over the epochs, with the values at the pointer, networks that can be hidden, and pictures.

import { button, element } from "../../browser/common/dom.js";
import { add, addText } from "../../browser/common/svg.js";
import { drawFrame, drawGroups, plotIn, rangeOf, scalesOf } from "../../browser/drawing/curves/curve_chart.js";
import { curveWords } from "../../browser/drawing/curves/curve_words.js";
import { curvesOf, isThere, seedsAt } from "../../browser/drawing/curves/curves_message.js";
import { drawNames, namesOf } from "../../browser/drawing/curves/line_names.js";

const SLIDE = { width: 960, height: 540 }; // 1920 × 1080, in large type
const SCALE = 2;
const [LEFT, TOP, BOTTOM] = [58, 12, 48];
const IN_SIGHT = 2; // charts; the others are folded away
const byId = (id) => document.getElementById(id);

// Draws the message that html_report.py makes.
/** @param {Drawn} message */
export function buildCharts({ charts, groups }) {
  const hidden = new Set(); // the groups that the reader has switched off
  const drawAll = () => charts.forEach((chart) => draw(chart, groups, hidden));
  for (const chart of charts.slice(0, IN_SIGHT)) buildFigure(byId("plots"), chart);
  if (charts.length > IN_SIGHT) {
    const more = element("details", "", byId("plots").parentElement);
    element("summary", "", more, "More curves");
    const plots = element("div", "plots", more);
    for (const chart of charts.slice(IN_SIGHT)) buildFigure(plots, chart);
    more.addEventListener("toggle", drawAll); // folded away they have no size
  }
  for (const chart of charts) buildSaving(chart, groups, hidden);
  if (charts.length) for (const group of groups) buildSwitch(group, hidden, drawAll);
  drawAll();
  addEventListener("resize", drawAll);
}

function buildFigure(parent, chart) {
  const figure = element("figure", "", parent);
  const caption = element("figcaption", "", figure);
  element("b", "", caption, chart.title);
  const key = element("span", "key", caption);
  for (const [kind, text] of [["", chart.solid], ...(chart.training ? [["dashed", "training"]] : [])]) {
    element("i", kind, element("span", "", key)).after(text);
    key.append(" "); // where the key may break
  }
  element("div", "plot", figure).id = `chart-${chart.name}`;
}

function buildSaving(chart, groups, hidden) {
  const row = element("p", "", byId("pictures"), `${chart.title} `);
  for (const format of ["PNG", "SVG"]) {
    const made = button("", row, format, () => download(chart, groups, hidden, format.toLowerCase()));
    made.setAttribute("aria-label", `${chart.title} as ${format}`);
    row.append(" ");
  }
}

function buildSwitch({ id, label, color }, hidden, drawAll) {
  const made = button("", byId("legend"), "", () => {
    const wasHidden = hidden.delete(id);
    if (!wasHidden) hidden.add(id);
    made.setAttribute("aria-pressed", String(wasHidden));
    drawAll();
  });
  element("span", "rc-point", made).style.setProperty("--rc-color", color);
  made.append(label);
  made.setAttribute("aria-pressed", "true");
}

function draw(chart, groups, hidden) {
  const node = byId(`chart-${chart.name}`);
  const size = { width: node.clientWidth || SLIDE.width, height: node.clientHeight || SLIDE.height };
  const { sheet, scales } = sheetOf(chart, groups, hidden, size);
  node.replaceChildren(sheet);
  const cursor = add(sheet, "path", { class: "cursor" });
  const readout = element("div", "readout", node);
  const show = (epoch) => {
    readout.hidden = epoch === undefined;
    const { top, tall } = scales.box;
    cursor.setAttribute("d", epoch === undefined ? "" : `M${scales.x(epoch)} ${top}v${tall}`);
    if (epoch === undefined) return;
    readout.replaceChildren(...linesAt(chart, visible(groups, hidden), epoch));
    const isRight = scales.x(epoch) > size.width / 2;
    readout.style.left = isRight ? "" : `${scales.x(epoch) + 12}px`;
    readout.style.right = isRight ? `${size.width - scales.x(epoch) + 12}px` : "";
  };
  show();
  sheet.addEventListener("pointermove", ({ clientX }) => {
    show(scales.epochAt(clientX - sheet.getBoundingClientRect().left));
  });
  sheet.addEventListener("pointerleave", () => show());
}

const visible = (groups, hidden) => groups.filter(({ id }) => !hidden.has(id));

// The values of an epoch, as elements: of each network on validation and in training.
/** @param {Chart} chart @param {Curves[]} groups @param {number} epoch */
function linesAt(chart, groups, epoch) {
  const [, digits] = /\.(\d+)/.exec(chart.hoverformat);
  const head = element("b", "", document.createDocumentFragment(), `epoch ${epoch}`);
  return [head, ...groups.flatMap((group) => {
    const { label, color } = group;
    const curves = curvesOf(chart, group);
    const values = [[chart.solid, curves.validation.y[epoch - 1]], ["training", curves.training.y[epoch - 1]]];
    return values.filter(([, value]) => isThere(value)).map(([part, value], index) => {
      const line = element("p", "", document.createDocumentFragment());
      element("span", "rc-point", line).style.setProperty("--rc-color", color);
      line.append(`${label} ${part} ${value.toFixed(digits)}${chart.unit}${index ? "" : seedsAt(curves, epoch - 1)}`);
      return line;
    });
  })];
}

// The drawing of one chart, and its scales.
function sheetOf(chart, groups, hidden, { width, height }) {
  const epochs = Math.max(1, ...groups.map((group) => curvesOf(chart, group).validation.y.length));
  const range = rangeOf(chart);
  const levels = (chart.baselines ?? []).map(({ at, text }) => ({ name: text, y: [chart.factor * at] }));
  const names = namesOf(levels, { width, height });
  const margins = [LEFT, names.room, TOP, BOTTOM];
  const scales = scalesOf({ width, height, margins, epochs, range, log: chart.log });
  const words = curveWords(chart, groups, hidden).join(" ");
  const sheet = drawFrame(scales, chart.unit, `${chart.title} over the epochs. ${words}`);
  const plot = plotIn(sheet, scales);
  const { left, wide } = scales.box;
  for (const { y: [at] } of levels)
    add(plot, "path", { class: "level", d: `M${left} ${scales.y(at)}h${wide}`, "stroke-dasharray": "2 4" });
  drawNames(sheet, scales, names);
  drawGroups(plot, scales, chart, visible(groups, hidden));
  return { sheet, scales };
}

// Saves the current view of a chart, with its title and a legend, at the size of a slide.
async function download(chart, groups, hidden, format) {
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
  for (const { label, color } of visible(groups, hidden)) {
    add(whole, "rect", { x, y: 54, width: 22, height: 4, fill: color });
    addText(whole, x + 30, 61, label, "start");
    x += 56 + 8.5 * label.length;
  }
  const { sheet } = sheetOf(chart, groups, hidden, { width: SLIDE.width, height: SLIDE.height - 74 });
  for (const line of sheet.querySelectorAll(".grid")) line.setAttribute("stroke", grid);
  for (const line of sheet.querySelectorAll(".level")) line.setAttribute("stroke", ink);
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
