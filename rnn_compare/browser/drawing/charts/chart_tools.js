// The tools of every chart, shown under the pointer: full screen, and saving it as an image.

import { sizeIn } from "./chart_look.js";

const FULL_SCREEN = {
  width: 24, height: 24, path: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
};
const PICTURE = { width: 24, height: 24, path: "M11 3h2v9l3-3 1.4 1.4L12 16l-5.4-5.6L8 9l3 3zM4 18h16v2H4z" };
const SCALE = 3; // PNG pixels for each screen pixel: sharp on a slide

// Plotly's configuration of a chart. Make it once for each: a new one has Plotly start over, without the zoom.
// name: the name of saved files.
export function config(name) {
  const saved = (format) => ({
    name: format, title: `Save as ${format.toUpperCase()}`, icon: PICTURE,
    click: (node) => {
      const scale = format === "png" ? SCALE : 1;
      window.Plotly.downloadImage(node, { format, filename: name, scale, ...sizeIn(node) });
    },
  });
  const title = "Full screen (Esc to leave)";
  const whole = { name: "full-screen", title, icon: FULL_SCREEN, click: toggleFullScreen };
  const buttons = [...(document.fullscreenEnabled ? [whole] : []), saved("png"), saved("svg")];
  const displayModeBar = matchMedia("(hover: hover)").matches ? "hover" : false; // on a touch screen it would stay
  return { responsive: false, displaylogo: false, displayModeBar, modeBarButtons: [buttons] };
}

async function toggleFullScreen(node) {
  if (document.fullscreenElement) {
    document.exitFullscreen();
    return;
  }
  await node.requestFullscreen();
  // Once now, and once on leaving, by whatever means.
  window.Plotly.Plots.resize(node);
  document.addEventListener("fullscreenchange", () => { window.Plotly.Plots.resize(node); }, { once: true });
}
