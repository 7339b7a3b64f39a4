// Curves of trainings on the page, and every seed's best accuracy as a dot, as SVG.

const NAMESPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [480, 270, 52, 46, 12];
const ROW = 46;
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function add(parent, tag, attributes, text = "") {
  const node = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  parent?.append(node);
  return node;
}

function sheet(parent, height, label) {
  parent.replaceChildren();
  return add(parent, "svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label });
}

// From the largest multiple of ten below all accuracies (at most 50) to the smallest above.
function rangeOf(shares) {
  const [low, high] = [Math.min(0.5, ...shares), Math.max(0.6, ...shares)];
  return [Math.floor(10 * low) / 10, Math.ceil(10 * high) / 10];
}

// Validation accuracy over the epochs: earlier trainings thin, the present one, or else the last one, bold.
export function drawCurves(parent, results, present, epochs) {
  const runs = present ? [...results, present] : results;
  const shares = runs.flatMap(({ figures }) => figures.map(({ val_accuracy: share }) => share));
  if (!shares.length) return parent.replaceChildren();
  const [low, high] = rangeOf(shares);
  const across = (epoch) => LEFT + (WIDTH - LEFT - 14) * (epoch - 1) / Math.max(1, epochs - 1);
  const up = (share) => HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (share - low) / (high - low);
  const last = runs.at(-1);
  const spoken = last.figures.map(({ val_accuracy: share }) => percent(share)).join(", ");
  const svg = sheet(parent, HEIGHT, `Validation accuracy of ${runs.length} trainings over ${epochs} epochs; `
    + `${last.name}, seed ${last.seed}: ${spoken}`);
  for (let tick = low; tick < high + 1e-9; tick += 0.1) {
    add(svg, "path", { class: "grid", d: `M${LEFT} ${up(tick)}H${WIDTH - 8}` });
    add(svg, "text", { x: LEFT - 6, y: up(tick) + 5, "text-anchor": "end" }, `${Math.round(100 * tick)} %`);
  }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    add(svg, "text", { x: across(epoch), y: HEIGHT - BOTTOM + 20, "text-anchor": "middle" }, epoch);
  }
  add(svg, "text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, "epoch");
  for (const run of runs) {
    const d = run.figures.map(({ epoch, val_accuracy: share }) => `${across(epoch)} ${up(share)}`).join("L");
    const [width, opacity] = run === last ? [4, 1] : [1.5, 0.5];
    if (d) add(svg, "path", { d: `M${d}`, fill: "none", stroke: run.color, "stroke-width": width, opacity });
  }
  return svg;
}

// The best accuracy of every seed, a row for each network, with the mean as a line.
export function drawSeeds(parent, results) {
  const groups = [...Map.groupBy(results, ({ name }) => name)];
  if (!groups.length) return parent.replaceChildren();
  const [low, high] = rangeOf(results.map(({ best }) => best));
  const across = (share) => LEFT + (WIDTH - LEFT - 30) * (share - low) / (high - low);
  const spoken = groups.map(([name, group]) => `${name}: ${group.map(({ best }) => percent(best)).join(", ")}`);
  const bottom = groups.length * ROW;
  const svg = sheet(parent, bottom + BOTTOM, `Best validation accuracy of each seed. ${spoken.join(". ")}`);
  for (let tick = low; tick < high + 1e-9; tick += 0.1) {
    add(svg, "path", { class: "grid", d: `M${across(tick)} 4V${bottom + 4}` });
    add(svg, "text", { x: across(tick), y: bottom + 22, "text-anchor": "middle" }, `${Math.round(100 * tick)} %`);
  }
  groups.forEach(([name, group], row) => {
    const y = row * ROW + 32;
    add(svg, "text", { x: LEFT, y: y - 14 }, `${name}, ${group.length} ${group.length === 1 ? "seed" : "seeds"}`);
    const mean = group.reduce((sum, { best }) => sum + best, 0) / group.length;
    if (group.length > 1) add(svg, "path", { class: "mean", d: `M${across(mean)} ${y - 9}V${y + 9}` });
    for (const { best, seed, color } of group) {
      const fill = { fill: color, "fill-opacity": 0.6, stroke: color };
      const dot = add(svg, "circle", { cx: across(best), cy: y, r: 6, ...fill });
      add(dot, "title", {}, `seed ${seed}: ${percent(best)}`);
    }
  });
  return svg;
}
