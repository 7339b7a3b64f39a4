// A report's charts as pictures: the present view of each, with title and legend, at the size of a slide.

import { button, element } from "../../browser/common/dom.js";
import { add, addText } from "../../browser/common/svg.js";
import { visible } from "../../browser/drawing/curves/curve_figures.js";

const SLIDE = { width: 960, height: 540 }; // 1920 × 1080, in large type
const SCALE = 2;

// figures: as buildCharts returns them.
export function buildPictures(root, { charts, groups }, figures) {
  for (const chart of charts) {
    const row = element("p", "", root, `${chart.title} `);
    for (const format of ["PNG", "SVG"]) {
      const made = button("", row, format, () => download(chart, groups, figures, format.toLowerCase()));
      made.setAttribute("aria-label", `${chart.title} as ${format}`);
      row.append(" ");
    }
  }
}

async function download(chart, groups, { sheetOf, hidden }, format) {
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
  for (const { label, color } of visible({ groups, hidden })) {
    add(whole, "rect", { x, y: 54, width: 22, height: 4, fill: color });
    addText(whole, x + 30, 61, label, "start");
    x += 56 + 8.5 * label.length;
  }
  const sheet = sheetOf(chart.name, { width: SLIDE.width, height: SLIDE.height - 74 });
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
