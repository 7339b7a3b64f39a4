// What every component repeats: its place on the page, style sheets, Plotly, drawing anew, and its end.

import { look } from "../charts/chart_look.js";
import { loadPlotly } from "../charts/plotly.js";
import { element } from "./dom.js";

// Makes the two functions that a component's loader calls (see the package `components`). `build(root, page)` makes
// what stands at one place of a page and returns its handle:
//   update(data)  takes a message, and calls page.redraw() where the charts change with it
//   draw(plotly)  draws the charts: on redraw(), and when the width or the theme changes; not before Plotly is here
//   end()         stops timers and listeners
export function component(className, build) {
  const mounted = new WeakMap();
  return {
    render(message, urls) {
      const place = message.parentElement;
      if (!mounted.has(place)) mounted.set(place, mount(className, build, place, urls));
      mounted.get(place).update(message);
    },
    // Streamlit says this too of a place that it only moves.
    dispose(place) {
      if (place.isConnected) return;
      mounted.get(place)?.end();
      mounted.delete(place);
    },
  };
}

function mount(className, build, place, urls) {
  for (const url of urls.styles) {
    const sheet = element("link", "", place);
    sheet.rel = "stylesheet";
    sheet.href = new URL(url, document.baseURI);
  }
  const root = element("div", className, place);
  let plotly, told;
  const redraw = () => { if (plotly && root.clientWidth) handle.draw(plotly); };
  const handle = build(root, {
    redraw,
    // Those of the newest message: Streamlit makes them anew with each.
    setTriggerValue: (name, value) => told.setTriggerValue(name, value),
    setStateValue: (name, value) => told.setStateValue(name, value),
  });
  const unwatch = watch(root, redraw);
  loadPlotly(urls.plotly).then((loaded) => { plotly = loaded; redraw(); });
  return {
    update(message) {
      told = message;
      handle.update(message.data);
    },
    end() {
      unwatch();
      handle.end();
    },
  };
}

// Calls `draw` when the size or the theme changes: the server sends nothing then.
function watch(root, draw) {
  let { ink } = look(root);
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  const timer = setInterval(() => {
    const now = look(root).ink;
    if (now !== ink) { ink = now; draw(); }
  }, 1000);
  return () => { observer.disconnect(); clearInterval(timer); };
}

// Tells whether a message differs from the one before: it comes again with whatever else the page draws.
export function changes() {
  let seen;
  return (data) => {
    const now = JSON.stringify(data);
    const changed = now !== seen;
    seen = now;
    return changed;
  };
}
