// Draws a figure made in Python, in the page's fonts and colours.

import { changes, component } from "../common/component.js";
import { element } from "../../../browser/common/dom.js";
import { axisIn, layoutIn, look } from "../../../browser/drawing/charts/chart_look.js";
import { config } from "../../../browser/drawing/charts/chart_tools.js";
import { buildWords } from "../../../browser/drawing/charts/chart_words.js";

const NARROW = 560; // chart width in pixels below which some labels are left out
const MOST_LABELS = 10;

export const { render, dispose } = component("rc-figure", (root, { redraw }) => {
  root.setAttribute("role", "figure");
  root.tabIndex = 0; // a chart wider than the screen can be scrolled by keyboard too
  const words = buildWords(root);
  const drawing = element("div", "", root);
  drawing.setAttribute("aria-hidden", "true"); // axis numbers mean nothing read aloud
  const hasChanged = changes();
  const settings = config("chart");
  let figure;
  return {
    update(data) {
      figure = data.figure;
      if (hasChanged(data.words)) {
        root.setAttribute("aria-label", data.words.title);
        words.show(data.words.lines);
      }
      root.style.height = `${data.height / 16}rem`; // text and height grow with the window, as the page's do
      drawing.style.height = root.style.height;
      redraw();
    },
    draw(plotly) {
      const looks = look(root);
      const layout = { ...dressed(figure.layout, looks), width: root.clientWidth };
      if (root.clientWidth < NARROW) layout.annotations = inside(thinned(layout.annotations ?? []), layout);
      plotly.react(drawing, figure.data, layout, settings);
    },
  };
});

// As many labels as fit on a phone, evenly spread over the list, in smaller text.
function thinned(annotations) {
  const step = Math.ceil(annotations.length / MOST_LABELS) || 1;
  const kept = annotations.filter((_, index) => index % step === 0);
  return kept.map((each) => ({ ...each, font: { ...each.font, size: 13 } }));
}

// Moves labels that have a line to their point so that none crosses the left or right edge, and off the point's height.
export function inside(annotations, { width, xaxis }) {
  const [low, high] = xaxis?.range ?? [];
  return annotations.map((label) => {
    if (label.ax === undefined || low === undefined) return label;
    const at = ((label.x - low) / (high - low)) * width;
    const half = 0.3 * label.font.size * label.text.length + 2;
    const ax = Math.min(Math.max(at + label.ax, half), width - half) - at;
    return ax === label.ax ? label : { ...label, ax, ay: label.ay || -1.4 * label.font.size };
  });
}

// A layout in the page's fonts and colours; all else that it sets stays.
export function dressed(layout, looks) {
  const { font, ...base } = layoutIn(looks);
  const { gridcolor, linecolor } = axisIn(looks);
  const made = { ...layout, ...base, font: { ...layout.font, family: font.family, color: font.color } };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    made[name] = { gridcolor, linecolor, zerolinecolor: gridcolor, ...layout[name] };
  }
  return enlarged(made, looks.size / 15);
}

// Text grows with the window.
function enlarged(layout, times) {
  if (times === 1 || layout === null || typeof layout !== "object") return layout;
  if (Array.isArray(layout)) return layout.map((each) => enlarged(each, times));
  return Object.fromEntries(Object.entries(layout).map(([name, value]) => (
    [name, name === "size" ? times * value : enlarged(value, times)]
  )));
}
