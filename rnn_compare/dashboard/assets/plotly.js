// Plotly's library, loaded once a page, and the page's own type and colours for its charts.

let loading;

const SETTLED_MS = 150; // Plotly takes a good part of a second to run: the controls are painted first

export function loadPlotly(url) {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    setTimeout(() => addScript(url, resolve, reject), SETTLED_MS);
  });
  return loading;
}

function addScript(url, resolve, reject) {
  const script = document.createElement("script");
  script.src = new URL(url, document.baseURI);
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => reject(new Error("Plotly could not be loaded"));
  document.head.append(script);
}

export function look(element) {
  const style = getComputedStyle(element);
  return {
    ink: style.color,
    font: style.fontFamily,
    line: style.getPropertyValue("--st-border-color").trim() || "rgba(128,128,128,0.3)",
    paper: style.getPropertyValue("--st-background-color").trim() || "white",
  };
}

// Calls `draw` when the element's width or the theme changes: the server sends nothing then.
export function onChange(element, draw) {
  let ink = look(element).ink;
  const observer = new ResizeObserver(draw);
  observer.observe(element);
  const watch = setInterval(() => {
    const now = look(element).ink;
    if (now !== ink) { ink = now; draw(); }
  }, 1000);
  return () => { observer.disconnect(); clearInterval(watch); };
}
