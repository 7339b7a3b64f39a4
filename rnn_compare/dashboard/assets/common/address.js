// A number in the page's address that changes without the server: where one is, counted from 1.

// What was last written of each text, for those who go to another page and back: Streamlit empties the address then.
const left = new Map();

// Returns the step that the address names, or where the visitor was in the same text before; nothing otherwise.
export function stepInAddress(name, count, text) {
  const given = Number(new URLSearchParams(location.search).get(name) ?? NaN);
  const at = Number.isInteger(given) ? given - 1 : left.get(text);
  return at >= 0 && at < count ? at : undefined;
}

// Writes a step into the address; the last one is where everybody begins, and is left out.
export function keepInAddress(name, at, count, text) {
  left.clear();
  left.set(text, at);
  const url = new URL(location.href);
  if (at === count - 1) url.searchParams.delete(name);
  else url.searchParams.set(name, at + 1);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
