// Charts over the epochs in one place of a page, with the values at the pointer and networks that can be hidden. They
// are drawn anew where a training goes on, without anything moving.

import { button, element } from "../../common/dom.js";
import { add } from "../../common/svg.js";
import { drawFrame, drawGroups, plotIn, rangeOf, scalesOf } from "./curve_chart.js";
import { curveWords } from "./curve_words.js";
import { curvesOf, isThere, lineEnds, seedsAt } from "./curves_message.js";
import { drawNames, namesOf } from "./line_names.js";

const USUAL = { width: 960, height: 540 }; // where a page has no size yet
const [LEFT, TOP, BOTTOM] = [58, 12, 48];
const IN_SIGHT = 2; // charts; the others are folded away
const NAMED = 480; // pixels of a chart that has room for names
const [HIGHEST, ROOM] = [3, 1.005]; // as charts/curves/loss.py
const MEANS = "Bold: mean over the seeds, from five on with its 95\u00A0% band; thin: single seeds.";

// message: as browser/curves.py makes it, or with plain arrays for packed figures; `epochs`: how many will be there.
// isFolded: whether all but the first charts are folded away.
/** @param {Drawn} message */
export function buildCharts(root, message, { isFolded = false } = {}) {
  let shown = message;
  let isWaiting = false;
  const hidden = new Set(); // the groups that the reader has switched off
  const legend = element("div", "legend", root);
  const note = element("p", "soft", root, MEANS);
  const plots = element("div", "plots", root);
  const more = isFolded && message.charts.length > IN_SIGHT ? fold(root, () => draw()) : plots;
  const figures = message.charts.map(({ name }, place) => (
    buildFigure(place < IN_SIGHT ? plots : more, name, () => ({ ...shown, hidden }))
  ));
  const draw = () => {
    isWaiting = false;
    note.hidden = !shown.groups.some(({ seeds }) => seeds);
    for (const figure of figures) figure.draw();
  };
  const switches = buildSwitches(legend, hidden, draw);
  const update = (next) => {
    shown = next;
    switches(shown.charts.length ? shown.groups : []);
    if (isWaiting) return; // several figures in one frame are drawn once
    isWaiting = true;
    requestAnimationFrame(draw);
  };
  switches(message.charts.length ? message.groups : []);
  draw();
  addEventListener("resize", draw);
  return { update, sheetOf: (name, size) => sheetOf(chartOf(shown, name), { ...shown, hidden }, size).sheet, hidden };
}

function fold(root, draw) {
  const more = element("details", "", root);
  element("summary", "", more, "More curves");
  more.addEventListener("toggle", draw); // folded away they have no size
  return element("div", "plots", more);
}

const chartOf = ({ charts }, name) => charts.find((chart) => chart.name === name);

export const visible = ({ groups, hidden }) => groups.filter(({ id }) => !hidden.has(id));

// A button for each network; as long as the networks are the same, the buttons are.
function buildSwitches(legend, hidden, draw) {
  let named = "";
  return (groups) => {
    const names = JSON.stringify(groups.map(({ id, label, color }) => [id, label, color]));
    if (names === named) return;
    named = names;
    legend.replaceChildren();
    for (const { id, label, color } of groups) {
      const made = button("", legend, "", () => {
        const wasHidden = hidden.delete(id);
        if (!wasHidden) hidden.add(id);
        made.setAttribute("aria-pressed", String(wasHidden));
        draw();
      });
      element("span", "rc-point", made).style.setProperty("--rc-color", color);
      made.append(label);
      made.setAttribute("aria-pressed", String(!hidden.has(id)));
    }
  };
}

// view: returns the message in its present state, with the networks that are hidden.
function buildFigure(parent, name, view) {
  const figure = element("figure", "", parent);
  const caption = element("figcaption", "", figure);
  const chart = chartOf(view(), name);
  element("b", "", caption, chart.title);
  const key = element("span", "key", caption);
  for (const [kind, text] of [["", chart.solid], ...(chart.training ? [["dashed", "training"]] : [])]) {
    element("i", kind, element("span", "", key)).after(text);
    key.append(" "); // where the key may break
  }
  const node = element("div", "plot", figure);
  node.dataset.chart = name;
  const readout = element("div", "readout", node);
  let [pointer, sheet, cursor, scales] = [undefined, undefined, undefined, undefined]; // pointer: from the left
  const point = () => {
    const epoch = pointer === undefined ? undefined : scales.epochAt(pointer);
    readout.hidden = epoch === undefined;
    const { top, tall, width } = scales.box;
    cursor.setAttribute("d", epoch === undefined ? "" : `M${scales.x(epoch)} ${top}v${tall}`);
    if (epoch === undefined) return;
    readout.replaceChildren(...linesAt(chartOf(view(), name), visible(view()), epoch));
    const isRight = scales.x(epoch) > width / 2;
    readout.style.left = isRight ? "" : `${scales.x(epoch) + 12}px`;
    readout.style.right = isRight ? `${width - scales.x(epoch) + 12}px` : "";
  };
  node.addEventListener("pointermove", ({ clientX }) => {
    pointer = clientX - node.getBoundingClientRect().left;
    point();
  });
  const leave = () => {
    pointer = undefined;
    point();
  };
  node.addEventListener("pointerleave", leave);
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !readout.hidden) leave(); });
  return {
    draw() {
      const size = { width: node.clientWidth || USUAL.width, height: node.clientHeight || USUAL.height };
      const drawn = sheetOf(chartOf(view(), name), view(), size);
      if (sheet) sheet.replaceWith(drawn.sheet);
      else node.prepend(drawn.sheet);
      ({ sheet, scales } = drawn);
      cursor = add(sheet, "path", { class: "cursor" });
      point();
    },
  };
}

// The values of an epoch, as elements: of each network on validation and in training.
/** @param {Chart} chart @param {Curves[]} groups @param {number} epoch */
function linesAt(chart, groups, epoch) {
  const [, digits] = /\.(\d+)/.exec(chart.hoverformat);
  const head = element("b", "", document.createDocumentFragment(), `epoch ${epoch}`);
  return [head, ...groups.flatMap((group) => {
    const { label, color } = group;
    const curves = curvesOf(chart, group);
    const ended = curves.training.x[epoch - 1] === epoch ? curves.training.y[epoch - 1] : null;
    const values = [[chart.solid, curves.validation.y[epoch - 1]], ["training", ended]];
    return values.filter(([, value]) => isThere(value)).map(([part, value], index) => {
      const line = element("p", "", document.createDocumentFragment());
      element("span", "rc-point", line).style.setProperty("--rc-color", color);
      line.append(`${label} ${part} ${value.toFixed(digits)}${chart.unit}${index ? "" : seedsAt(curves, epoch - 1)}`);
      return line;
    });
  })];
}

// The drawing of one chart, and its scales.
function sheetOf(chart, { groups, hidden, epochs: planned = 1 }, { width, height }) {
  const shown = visible({ groups, hidden });
  const epochs = Math.max(planned, ...groups.map((group) => curvesOf(chart, group).validation.y.length));
  const range = widened(chart, groups);
  const levels = (chart.baselines ?? []).map(({ at, text }) => ({ name: text, y: [chart.factor * at] }));
  const ends = width < NAMED ? [] : shown.map((group) => {
    const [end] = lineEnds(chart, [group]); // without one yet, the name has its room all the same
    return { name: group.label, color: group.color, y: [Math.min(range[1], Math.max(range[0], end?.y ?? NaN))] };
  });
  const names = namesOf([...levels, ...ends], { width, height });
  const margins = [LEFT, names.room, TOP, BOTTOM];
  const scales = scalesOf({ width, height, margins, epochs, range, log: chart.log });
  const words = curveWords(chart, groups, hidden).join(" ");
  const sheet = drawFrame(scales, chart.unit, `${chart.title} over the epochs. ${words}`);
  const plot = plotIn(sheet, scales);
  const { left, wide } = scales.box;
  for (const { y: [at] } of levels)
    add(plot, "path", { class: "level", d: `M${left} ${scales.y(at)}h${wide}`, "stroke-dasharray": "2 4" });
  drawNames(sheet, scales, { ...names, labels: names.labels.filter(({ y }) => !Number.isNaN(y)) });
  drawGroups(plot, scales, chart, shown);
  return { sheet, scales };
}

// A chart's range with room for curves that have grown since it was chosen, as Python's: a message from there has it.
function widened(chart, groups) {
  const [low, high] = rangeOf(chart);
  if (chart.log) return [low, high];
  const values = groups.flatMap((group) => {
    const { training, validation, single } = curvesOf(chart, group);
    return [...training.y, ...validation.y, ...single.flat()].filter(isThere);
  });
  const [least, most] = [Math.min(low, ...values), Math.max(high, ...values)];
  const tenth = chart.factor / 10;
  const top = 2 * tenth * Math.ceil(Math.min(most, HIGHEST * chart.factor) / (2 * tenth));
  return [
    least < low ? tenth * Math.floor(least / tenth) : low,
    chart.best === "lowest" && most > high ? Math.max(high, ROOM * top) : high,
  ];
}
