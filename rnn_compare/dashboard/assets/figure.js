// Draws a figure that was made in Python, in the page's own type and colours.

import { loadPlotly, look, onChange } from "./plotly.js";

const figures = new WeakMap();

export async function render({ data, parentElement }, urls) {
  let figure = figures.get(parentElement);
  if (!figure) {
    const node = document.createElement("div");
    parentElement.append(node);
    figure = { node };
    figure.end = onChange(node, () => draw(figure));
    figures.set(parentElement, figure);
  }
  figure.data = data.figure;
  figure.node.style.height = `${data.height}px`;
  figure.plotly ??= await loadPlotly(urls.plotly);
  draw(figure);
}

function draw({ plotly, node, data }) {
  if (!plotly || !node.clientWidth) return;
  const { ink, font, line, paper } = look(node);
  const axes = Object.keys(data.layout).filter((name) => /^[xy]axis/.test(name));
  const layout = {
    ...data.layout, width: node.clientWidth, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...data.layout.font, family: font, color: ink },
    hoverlabel: { bgcolor: paper, bordercolor: line, font: { size: 15, color: ink } },
  };
  // Plotly takes the colour of a label in a bar from the bar's own, as if that were opaque.
  const traces = data.data.map((trace) => (
    trace.type === "bar" && trace.marker.opacity < 0.9 ? { ...trace, textfont: { ...trace.textfont, color: ink } } : trace
  ));
  for (const axis of axes) layout[axis] = { gridcolor: line, linecolor: line, zerolinecolor: line, ...layout[axis] };
  plotly.react(node, traces, layout, { displayModeBar: false, responsive: false });
}

export function dispose(parentElement) {
  const figure = figures.get(parentElement);
  if (!figure || parentElement.isConnected) return;
  figure.end();
  figures.delete(parentElement);
}
