// What a network without recurrence shows in place of a cell: its notes, the windows that a convolution keeps of the
// review, and the words that the word in hand attends to.

import { element } from "../../common/dom.js";
import { signed } from "../../arithmetic/moves.js";

const MOST_WORDS = 6;
const NEARLY_EQUAL = 1.5; // times an equal share (dashboard/pages/inside/attention.py)

// Returns what is called with each word in hand.
export function buildWithoutCell(root, run, words) {
  element("p", "rc-note", root, run.note);
  if (run.windows?.length) listWindows(root, run);
  return run.attention ? buildAttention(root, run, words) : () => {};
}

// Bars as long as the outputs are many.
function listWindows(root, { windows, units, labels }) {
  element("p", "rc-caption", root, "What pooling keeps");
  const most = `the ${windows.length} most frequent, without outputs of 0`;
  element("p", "rc-note", root, `Each of ${units} outputs keeps its best match in the review: ${most}.`);
  const row = ({ words, outputs, logit }) => [words.join(" "), outputs, signed(logit, 2)];
  const show = buildBars(root, ["words that add most (· is padding)", "outputs", `log-odds of ${labels[1]}`]);
  show(windows.map((window) => ({ share: window.outputs / windows[0].outputs, cells: row(window) })));
}

// attention: how many places are `padding`, an `equal` share, and `weightsOf(index)`, a read word's weights for all
// places, the words last.
function buildAttention(parent, { attention: { padding, equal, weightsOf }, first }, words) {
  const root = element("div", "", parent);
  const caption = element("p", "rc-caption", root);
  const show = buildBars(root, ["attends most to", "weight", "× equal"]);
  const note = element("p", "rc-note", root);
  const times = (weight) => (weight / equal).toFixed(2);
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  return (at) => {
    root.hidden = at < first; // cut off
    if (root.hidden) return;
    const weights = weightsOf(at - first);
    const largest = Math.max(...weights);
    const rows = [...words.keys()].slice(first).map((word) => {
      const weight = weights[weights.length - words.length + word];
      const cells = [`${word + 1}: ${words[word]}`, percent(weight), times(weight)];
      return { weight, share: weight / Math.max(largest, 2 * equal), cells };
    });
    caption.textContent = `“${words[at]}” in the whole review`;
    show([...rows].sort((a, b) => b.weight - a.weight).slice(0, MOST_WORDS));
    const ofPadding = weights.slice(0, padding).reduce((sum, weight) => sum + weight, 0);
    note.textContent = [
      `An equal share is ${percent(equal)}.`,
      largest < NEARLY_EQUAL * equal && `Nearly an average: no weight is more than ${times(largest)} times that.`,
      padding && `${padding} of ${Math.round(1 / equal)} places are padding and get ${percent(ofPadding)}.`,
      "Weights show what is mixed into a word. They do not explain the prediction.",
    ].filter(Boolean).join(" ");
  };
}

// A table whose rows have bars behind their first cells; returns what shows other rows: the bars' shares and the cells.
function buildBars(root, heads) {
  const table = element("table", "rc-bars", root);
  const head = element("tr", "", element("thead", "", table));
  for (const text of heads) element("th", "", head, text);
  const body = element("tbody", "", table);
  return (rows) => {
    body.replaceChildren();
    for (const { share, cells } of rows) {
      const row = element("tr", "", body);
      for (const text of cells) element("td", "", row, text);
      row.firstChild.style.setProperty("--rc-share", `${100 * share}%`);
    }
  };
}
