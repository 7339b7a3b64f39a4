// Curves of trainings on the page, and every seed's best accuracy as a dot, as SVG.

import { percent } from "../../browser/arithmetic/moves.js";
import { add, addText } from "../../browser/common/svg.js";
import { drawFrame, drawLine, plotIn, scalesOf } from "../../browser/drawing/curves/curve_chart.js";

const [WIDEST, HEIGHT, LEFT, BOTTOM, TOP] = [640, 270, 58, 46, 12];
const [ROW, ROWS] = [46, 2];
// On a phone letters keep their size.
const widthIn = (parent) => Math.min(WIDEST, parent.clientWidth);

// In percent: from the largest multiple of ten below all accuracies (at most 50) to the smallest above.
function rangeOf(shares) {
  const [low, high] = [Math.min(0.5, ...shares), Math.max(0.6, ...shares)];
  return [10 * Math.floor(10 * low), 10 * Math.ceil(10 * high)];
}

// Validation accuracy over the epochs: earlier trainings thin, the last one bold; dashed the curve of a network of the
// comparison, `behind`, as far as it fits.
export function drawCurves(parent, runs, epochs, behind = undefined) {
  const lines = runs.map(({ figures, color }) => (
    { x: figures.map(({ epoch }) => epoch), y: figures.map(({ val_accuracy: share }) => 100 * share), color }
  ));
  const model = behind?.curve.slice(0, epochs) ?? [];
  const range = rangeOf([...runs.flatMap(({ figures }) => figures.map(({ val_accuracy: share }) => share)), ...model]);
  const scales = scalesOf({ width: widthIn(parent), height: HEIGHT, margins: [LEFT, 14, TOP, BOTTOM], epochs, range });
  const last = runs.at(-1);
  const spoken = last?.figures.map(({ val_accuracy: share }) => percent(share)).join(", ");
  const sheet = drawFrame(scales, " %", `Validation accuracy of ${runs.length} trainings over ${epochs} epochs`
    + `${last ? `; ${last.name}, seed ${last.seed}: ${spoken}` : ""}`);
  const plot = plotIn(sheet, scales);
  if (model.length) {
    const curve = { x: model.map((_, place) => place + 1), y: model.map((share) => 100 * share) };
    drawLine(plot, scales, curve, { stroke: behind.color, "stroke-width": 2, "stroke-dasharray": "5 4" });
  }
  for (const line of lines) {
    const [width, opacity] = line === lines.at(-1) ? [4, 1] : [1.5, 0.5];
    drawLine(plot, scales, line, { stroke: line.color, "stroke-width": width, opacity });
  }
  parent.replaceChildren(sheet);
}

// The trainings of each network, by its name, in the order of the names' first trainings.
export const byName = (results) => [...new Set(results.map(({ name }) => name))]
  .map((name) => [name, results.filter((result) => result.name === name)]);

// The best accuracy of every seed, a row for each network, with the mean as a line.
export function drawSeeds(parent, results) {
  const groups = byName(results);
  const [low, high] = rangeOf(results.map(({ best }) => best));
  const width = widthIn(parent);
  const across = (share) => LEFT + (width - LEFT - 30) * (100 * share - low) / (high - low);
  const spoken = groups.map(([name, group]) => `${name}: ${group.map(({ best }) => percent(best)).join(", ")}`);
  const bottom = Math.max(ROWS, groups.length) * ROW; // what is below stays where it is
  const label = `Each seed on held-out reviews. ${spoken.join(". ") || "None is trained yet."}`;
  const svg = add(null, "svg", { viewBox: `0 0 ${width} ${bottom + BOTTOM}`, role: "img", "aria-label": label });
  for (let tick = low; tick <= high; tick += 10) {
    add(svg, "path", { class: "grid", d: `M${across(tick / 100)} 4V${bottom + 4}` });
    addText(svg, across(tick / 100), bottom + 22, `${tick} %`);
  }
  groups.forEach(([name, group], row) => {
    const y = row * ROW + 32;
    addText(svg, LEFT + 5, y - 14, `${name}, ${group.length} ${group.length === 1 ? "seed" : "seeds"}`, "start");
    const mean = group.reduce((sum, { best }) => sum + best, 0) / group.length;
    if (group.length > 1) add(svg, "path", { class: "mean", d: `M${across(mean)} ${y - 9}V${y + 9}` });
    for (const { best, seed, color } of group) {
      const fill = { fill: color, "fill-opacity": 0.6, stroke: color };
      const dot = add(svg, "circle", { cx: across(best), cy: y, r: 6, ...fill });
      add(dot, "title", {}).textContent = `seed ${seed}: ${percent(best)}`;
    }
  });
  parent.replaceChildren(svg);
}
