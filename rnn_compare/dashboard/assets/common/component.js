// The parts that all components share: mounting, style sheets, Plotly, redrawing and disposal.

import { look } from "../../../browser/drawing/charts/chart_look.js";
import { loadPlotly } from "../charts/plotly.js";
import { element } from "../../../browser/common/dom.js";

// Makes the two functions that a component's loader calls (see dashboard/components.py). `build(root, page)` builds one
// instance of the component and returns its handle, in which all but `update` may be missing:
//   update(data)  takes a message, and calls page.redraw() if the charts change
//   draw(plotly)  draws the charts on redraw(), and when the width or the theme changes; never before Plotly has loaded
//   end()         stops timers and listeners
export function component(className, build) {
  const mounted = new WeakMap();
  return {
    render(message, urls) {
      const place = message.parentElement;
      if (!mounted.has(place)) mounted.set(place, mount(className, build, place, urls));
      mounted.get(place).update(message);
    },
    // Streamlit also calls this for an element that it only moves.
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
  let isDrawn = false;
  const redraw = () => {
    if (!plotly || !root.clientWidth) return;
    isDrawn = false;
    handle.draw?.(plotly);
    isDrawn = true;
  };
  const handle = build(root, {
    redraw,
    // Use those of the latest message: each brings new ones.
    setTriggerValue: (name, value) => told.setTriggerValue(name, value),
    setStateValue: (name, value) => told.setStateValue(name, value),
  });
  const unwatch = watch(root, redraw, () => isDrawn);
  count(className, 1);
  loadPlotly(urls.plotly).then((loaded) => { plotly = loaded; redraw(); });
  return {
    update(message) {
      told = message;
      handle.update(message.data);
    },
    end() {
      unwatch();
      count(className, -1);
      handle.end?.();
    },
  };
}

// Gives the page's `html` the class `has-NAME` while components of this name are there.
const counts = new Map();
function count(name, change) {
  counts.set(name, (counts.get(name) ?? 0) + change);
  document.documentElement.classList.toggle(`has-${name}`, counts.get(name) > 0);
}

// Calls `draw` when the size or the theme changes, since the server sends no message then, and if it failed.
function watch(root, draw, isDrawn) {
  let { ink } = look(root);
  const observer = new ResizeObserver(draw);
  observer.observe(root);
  const timer = setInterval(() => {
    const now = look(root).ink;
    if (now !== ink || !isDrawn()) { ink = now; draw(); }
  }, 1000);
  return () => { observer.disconnect(); clearInterval(timer); };
}

// Returns a function that tells if a message differs from the one before: every run of the page sends it again.
export function changes() {
  let seen;
  return (data) => {
    const now = JSON.stringify(data);
    const changed = now !== seen;
    seen = now;
    return changed;
  };
}
