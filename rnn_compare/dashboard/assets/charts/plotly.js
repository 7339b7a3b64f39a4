// Loads Plotly's library once for each page.

const SETTLED_MS = 150; // it takes a good part of a second to run: draw the controls first
const PAUSE_MS = 2000; // before the next try, doubled each time
const LONGEST_PAUSE_MS = 60_000;

let loading;

// Returns a promise of the library that never rejects: without a network it takes longer.
export function loadPlotly(url) {
  loading ??= load(url);
  return loading;
}

async function load(url) {
  if (!window.Plotly) await wait(SETTLED_MS);
  for (let pause = PAUSE_MS; !window.Plotly; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    if (!await runScript(url)) await wait(pause);
  }
  return window.Plotly;
}

// Returns true if the library has loaded: a network that demands a sign-in may answer with another file.
async function runScript(url) {
  const script = document.createElement("script");
  script.src = new URL(url, document.baseURI).href;
  const ended = new Promise((resolve) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", resolve);
  });
  document.head.append(script);
  await ended;
  if (!window.Plotly) script.remove();
  return Boolean(window.Plotly);
}

function wait(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
