// Draws a figure that was made in Python, in the page's own type and colours.

import { axisIn, layoutIn, look } from "./chart_look.js";
import { config } from "./chart_tools.js";
import { component } from "./component.js";

export const { render, dispose } = component("", (root, { redraw }) => {
  const settings = config("chart");
  let figure;
  return {
    update(data) {
      figure = data.figure;
      root.style.height = `${data.height}px`;
      redraw();
    },
    draw(plotly) {
      const looks = look(root);
      const layout = { ...dressed(figure.layout, looks), width: root.clientWidth };
      plotly.react(root, figure.data.map((trace) => readable(trace, looks)), layout, settings);
    },
    end() {},
  };
});

// A layout in the page's type and colours; sizes and what else it says itself stay.
export function dressed(layout, looks) {
  const { font, ...base } = layoutIn(looks);
  const { gridcolor, linecolor } = axisIn(looks);
  const made = { ...layout, ...base, font: { ...layout.font, family: font.family, color: font.color } };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    made[name] = { gridcolor, linecolor, zerolinecolor: gridcolor, ...layout[name] };
  }
  return made;
}

// Plotly takes the colour of a label in a bar from the bar's own, as if that were opaque.
export function readable(trace, { ink }) {
  if (trace.type !== "bar" || !(trace.marker?.opacity < 0.9)) return trace;
  return { ...trace, textfont: { ...trace.textfont, color: ink } };
}
