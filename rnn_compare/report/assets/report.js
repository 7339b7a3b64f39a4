// Draws a report's charts, off-line: Plotly lies in the file itself, packed. What they show is data in the file too.

const SLIDE = { width: 960, height: 540, scale: 2 }; // 1920 × 1080, in type that is read from the last row
const CLEAR = "rgba(0,0,0,0)";
const hidden = new Set(); // the groups that the reader has switched off

const dark = matchMedia("(prefers-color-scheme: dark)");
const touched = matchMedia("(pointer: coarse)").matches;

async function main() {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  try {
    await loadPlotly();
  } catch {
    document.querySelectorAll(".plot").forEach((node) => {
      node.textContent = "The charts need a browser from 2023 or later; the tables below have the figures.";
    });
    return;
  }
  const drawAll = () => charts.forEach(draw);
  drawAll();
  charts.forEach(offerImages);
  dark.addEventListener("change", drawAll);
  // Paper is white, whatever the screen is.
  addEventListener("beforeprint", () => charts.forEach((chart) => draw(chart, true)));
  addEventListener("afterprint", drawAll);
  document.querySelectorAll("button[data-group]").forEach((button) => {
    button.addEventListener("click", () => {
      const { group } = button.dataset;
      const wasHidden = hidden.delete(group);
      if (!wasHidden) hidden.add(group);
      button.setAttribute("aria-pressed", String(wasHidden));
      drawAll();
    });
  });
}

async function loadPlotly() {
  const packed = Uint8Array.from(atob(document.getElementById("plotly").textContent), (sign) => sign.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(unpacked).text();
  document.head.append(script);
}

function draw(chart, onPaper = false) {
  const node = document.getElementById(`chart-${chart.name}`);
  const traces = seen(chart).map((trace) => ({ ...trace, showlegend: false }));
  const config = { displaylogo: false, responsive: true, displayModeBar: touched, doubleClick: "reset" };
  config.modeBarButtonsToRemove = ["toImage", "select2d", "lasso2d"];
  // A finger that scrolls the page must not zoom: there the buttons do.
  const drawn = { ...layout(chart, look(onPaper === true)), dragmode: touched ? false : "zoom" };
  globalThis.Plotly.react(node, traces, drawn, config);
}

function seen(chart) {
  return chart.traces.map((trace) => ({ ...trace, visible: !hidden.has(trace.legendgroup) }));
}

function look(onPaper) {
  if (onPaper) return { ink: "#1a1c23", line: "#dddfe8", paper: "#ffffff" };
  const style = getComputedStyle(document.documentElement);
  const [ink, line, paper] = ["--ink", "--line", "--paper"].map((name) => style.getPropertyValue(name).trim());
  return { ink, line, paper };
}

function layout(chart, { ink, line, paper }) {
  const axis = { gridcolor: line, linecolor: line, zeroline: false, tickfont: { size: 15 }, automargin: true };
  const levels = chart.levels.filter(({ at }) => at >= chart.range[0]);
  const epochs = Math.max(1, ...chart.traces.filter(({ fill }) => !fill).map(({ x }) => x.length));
  return {
    uirevision: chart.name, autosize: true, margin: { l: 50, r: 12, t: 10, b: 46 }, hovermode: "x unified",
    paper_bgcolor: CLEAR, plot_bgcolor: CLEAR, font: { family: "system-ui, sans-serif", size: 15, color: ink },
    hoverlabel: { bgcolor: paper, bordercolor: line, font: { size: 14, color: ink } }, showlegend: false,
    modebar: { bgcolor: CLEAR, color: ink },
    xaxis: {
      ...axis, title: { text: "epoch", standoff: 6 }, range: [0.8, epochs + 0.2], dtick: epochs <= 12 ? 1 : undefined,
    },
    yaxis: { ...axis, range: chart.range, tickformat: chart.tickformat, ticksuffix: chart.unit, nticks: 7 },
    shapes: levels.map(({ at, color }) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: at, y1: at, line: { color, width: 2, dash: "dot" }, layer: "below",
    })),
    annotations: levels.map(({ at, side, text }, index) => ({
      xref: "paper", x: 0.01 + index / levels.length, // beside each other: two levels are often close
      xanchor: "left", y: at, yanchor: side, text, showarrow: false, font: { size: 13 },
    })),
  };
}

function offerImages(chart) {
  const box = document.getElementById(`chart-${chart.name}`).closest("figure");
  for (const format of ["png", "svg"]) {
    box.querySelector(`button[data-format="${format}"]`).addEventListener("click", () => download(chart, format));
  }
}

// Above the curves, where it has room there, else beside them.
function legend(chart) {
  const many = new Set(chart.traces.map(({ legendgroup }) => legendgroup)).size > 3;
  const place = many ? { x: 1.02, y: 1, yanchor: "top" } : { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
  return { ...place, xanchor: "left", font: { size: 16 }, tracegroupgap: 4 };
}

// The chart as it is seen, with its title and a legend, at the size of a slide.
async function download(chart, format) {
  const node = document.getElementById(`chart-${chart.name}`);
  const colors = look(false);
  const { xaxis, yaxis } = node.layout;
  const base = layout(chart, colors);
  const drawn = {
    data: seen(chart),
    layout: {
      ...base, paper_bgcolor: colors.paper, showlegend: true, legend: legend(chart),
      margin: { l: 60, r: 20, t: 90, b: 56 },
      title: { text: chart.title, x: 0.02, xanchor: "left", y: 0.96, font: { size: 22 } },
      xaxis: { ...base.xaxis, range: xaxis.range }, yaxis: { ...base.yaxis, range: yaxis.range },
    },
  };
  const link = document.createElement("a");
  link.href = await globalThis.Plotly.toImage(drawn, { format, ...SLIDE });
  link.download = `${chart.name}.${format}`;
  link.click();
}

main();
