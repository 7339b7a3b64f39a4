// The current step, counted from 1, in the page's address; it changes without the server.

// The last step of a text, for a visitor who leaves the page and returns: Streamlit clears the address then.
const left = new Map();

// Returns the step in the address, or else the visitor's last one in the same text; undefined if there is neither.
export function stepInAddress(name, count, text) {
  const given = Number(new URLSearchParams(location.search).get(name) ?? NaN);
  const at = Number.isInteger(given) ? given - 1 : left.get(text);
  return at >= 0 && at < count ? at : undefined;
}

// Writes a step into the address; the first one is the default and is left out.
export function keepInAddress(name, at, text) {
  left.clear();
  left.set(text, at);
  const url = new URL(location.href);
  if (at === 0) url.searchParams.delete(name);
  else url.searchParams.set(name, at + 1);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
