// The style of Plotly's charts: the page's fonts and colours, light or dark.

export const CLEAR = "rgba(0,0,0,0)";

// The colours and fonts of an element, from the page's theme.
export function look(node) {
  const style = getComputedStyle(node);
  const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return {
    size: 15 / 16 * root, // of text in charts, in pixels
    ink: style.color,
    font: style.fontFamily,
    line: style.getPropertyValue("--st-border-color").trim() || "rgba(128,128,128,0.3)",
    paper: style.getPropertyValue("--st-background-color").trim() || "white",
  };
}

// The base of every layout; size: of its text in pixels.
export function layoutIn({ ink, font, line, paper, size: usual = 15 }, size = usual) {
  return {
    paper_bgcolor: CLEAR, plot_bgcolor: CLEAR, font: { family: font, color: ink, size },
    hoverlabel: { bgcolor: paper, bordercolor: line, font: { size, color: ink } },
    modebar: { bgcolor: paper, color: ink, activecolor: ink },
  };
}

export function axisIn({ line, size = 15 }) {
  return { gridcolor: line, linecolor: line, zeroline: false, tickfont: { size } };
}

// Charts draw shares in percent: Plotly's format for shares writes "85%", this program "85 %".
export function inPercent(share) {
  return 100 * share;
}

// An axis for shares. The ticks are not listed, since Plotly would then leave out the unit.
export function percentAxis(low, high) {
  return { range: [low, high], tickformat: "d", ticksuffix: " %", tick0: 0, dtick: 25 };
}

export function axisTitle(text, standoff, size = 15) {
  return { text, standoff, font: { size } };
}

// A line through the full height, at the current position.
export function cursorAt(x, { ink }) {
  return { type: "line", x0: x, x1: x, yref: "paper", y0: 0, y1: 1, line: { color: ink, width: 2.5 }, opacity: 0.7 };
}

// A line through the full width, dotted by default.
export function levelAt(y, line) {
  return { type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, line: { dash: "dot", ...line } };
}

export function sizeIn(node) {
  return { width: node.clientWidth, height: node.clientHeight };
}

// Plotly interprets some HTML in texts, and replaces %{…}.
export function escapeLabel(text) {
  const plain = text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  return plain.replaceAll("%{", "%\u200b{");
}

// Calls `act` with the x of a clicked point, instead of any earlier handler.
export function onPointClick(node, act) {
  node.removeAllListeners("plotly_click");
  node.on("plotly_click", ({ points }) => act(points[0].x));
}

// A colour of the form #rrggbb with an opacity from 0 to 1.
export function faded(color, share) {
  const hex = /^#([0-9a-f]{6})$/i.exec(color);
  return hex ? `${color}${Math.round(255 * share).toString(16).padStart(2, "0")}` : color;
}
