// Draws a figure that was made in Python, in the page's own type and colours.

import { axisIn, layoutIn, look } from "./chart_look.js";
import { config } from "./chart_tools.js";
import { changes, component } from "./component.js";
import { element } from "./dom.js";

export const { render, dispose } = component("", (root, { redraw }) => {
  root.setAttribute("role", "figure");
  root.tabIndex = 0; // a phone shifts a chart that is wider than itself, and so may the keyboard
  const said = element("ul", "rc-unseen", root);
  const drawing = element("div", "", root);
  drawing.setAttribute("aria-hidden", "true"); // numbers along axes, without what they belong to
  const hasChanged = changes();
  const settings = config("chart");
  let figure;
  return {
    update(data) {
      figure = data.figure;
      if (hasChanged(data.words)) {
        root.setAttribute("aria-label", data.words.title);
        said.replaceChildren();
        for (const line of data.words.lines) element("li", "", said, line);
      }
      root.style.height = `${data.height}px`;
      drawing.style.height = root.style.height;
      redraw();
    },
    draw(plotly) {
      const looks = look(root);
      const layout = { ...dressed(figure.layout, looks), width: root.clientWidth };
      plotly.react(drawing, figure.data, layout, settings);
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
