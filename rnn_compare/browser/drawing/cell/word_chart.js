// The prediction after each word as SVG, one line for each network: what verdict_chart.js draws where Plotly is loaded.

import { buildWords } from "../charts/chart_words.js";
import { element } from "../../common/dom.js";
import { add, addText, scaleIn } from "../../common/svg.js";
import { verdictWords } from "./verdict_chart.js";

const [LEFT, RIGHT, TOP, BOTTOM] = [50, 10, 10, 26];
const ROW = 18; // pixels between percentages
const LETTERS = 10; // of a word that are shown
const LABEL = 78; // pixels that they need

export function buildWordChart(parent, { title, words, author, runs, onWord }) {
  const figure = element("figure", "", parent);
  element("figcaption", "rc-caption", figure, title);
  buildWords(figure).show(verdictWords(words, author, runs));
  const node = element("div", "rc-verdict-chart", figure);
  let cursor, across, size = { scale: 1, width: 0, height: 0 };
  const show = (at) => cursor?.setAttribute("d", `M${across(at + 1)} ${TOP}V${size.height - BOTTOM}`);
  node.addEventListener("click", ({ clientX }) => {
    const x = (clientX - node.getBoundingClientRect().left) / size.scale;
    const place = (x - LEFT) / (size.width - LEFT - RIGHT);
    onWord(Math.max(0, Math.min(words.length - 1, Math.round(place * words.length) - 1)));
  });
  return {
    draw(at) {
      const scale = scaleIn(node);
      size = { scale, width: node.clientWidth / scale, height: node.clientHeight / scale };
      const { width, height } = size;
      across = (index) => LEFT + (width - LEFT - RIGHT) * index / words.length;
      const up = (share) => height - BOTTOM - (height - TOP - BOTTOM) * share;
      const viewBox = `0 0 ${width} ${height}`;
      const sheet = add(null, "svg", { width: "100%", height: "100%", viewBox, "aria-hidden": "true" });
      for (const share of up(0) - up(0.25) < ROW ? [0, 50, 100] : [0, 25, 50, 75, 100]) {
        const d = `M${LEFT} ${up(share / 100)}H${width - RIGHT}`;
        add(sheet, "path", { class: share === 50 ? "rc-even" : "rc-grid", d });
        addText(sheet, LEFT - 8, up(share / 100) + 5, `${share} %`, "end");
      }
      drawWords(sheet, words, across, { width, y: height - 8 });
      for (const { color, first, probabilities } of runs) {
        const x = (index) => across(first + index).toFixed(1);
        const points = probabilities.map((share, index) => `${x(index)} ${up(share).toFixed(1)}`);
        add(sheet, "path", { class: "rc-line", stroke: color, d: `M${points.join("L")}` });
      }
      cursor = add(sheet, "path", { class: "rc-cursor" });
      node.replaceChildren(sheet);
      show(at);
    },
    show,
  };
}

// Every word if there is room for each, else every few.
function drawWords(sheet, words, across, { width, y }) {
  const every = Math.ceil(words.length * LABEL / Math.max(LABEL, width - LEFT - RIGHT));
  for (let index = 0; index < words.length; index += every) {
    const anchor = index + every < words.length ? "middle" : "end";
    addText(sheet, across(index + 1), y, [...words[index]].slice(0, LETTERS).join(""), anchor);
  }
}
