// The labels beside a chart, at the ends of its lines and levels: none lies on another or is cut off, in any font.

export const LINE_HEIGHT = 1.3; // in multiples of the text size, as Plotly's
const SMALLEST = 11; // the smallest readable text, in pixels
const WIDEST = 0.45; // of the chart: wider names are broken into rows
const GAP = 14; // pixels, on both sides of the labels
const LETTER = 0.56; // the width of a letter where there is no screen, in multiples of the text size
export const MARK = "\u25a0 "; // before a line's name, in its colour

// Breaks labels into rows and returns them with the text size at which all fit, and the width that they need. Where
// even the smallest text does not fit, those of lines, which have a color, are left out: cards or a legend name them.
// labels: of { text, y, color }; width: of the chart, height: of the plot, size: of its text, in pixels.
export function fitted(labels, { width, height, size: usual, family = undefined }) {
  const widthOf = ruler(usual, family);
  const sizeFor = (shown) => {
    const rows = shown.reduce((sum, label) => sum + label.rows.length, 0);
    return Math.min(usual, height / (LINE_HEIGHT * rows));
  };
  const whole = labels.map((label) => ({ ...label, rows: label.text.split("\n") }));
  const broken = whole.map((label) => (
    { ...label, rows: label.rows.flatMap((row) => brokenAt(row, WIDEST * width - GAP - widthOf(MARK), widthOf)) }
  ));
  const shown = [broken, whole].find((tried) => sizeFor(tried) >= SMALLEST) ?? whole.filter(({ color }) => !color);
  const size = Math.max(SMALLEST, sizeFor(shown));
  const drawn = ruler(size, family);
  const widths = shown.flatMap(({ color, rows }) => rows.map((row) => drawn(color ? MARK + row : row)));
  return { labels: shown, size, room: GAP + Math.max(0, ...widths) };
}

// Moves labels up or down until none overlap, each as near to its value as possible.
export function apart(labels, { low, high, height, size }) {
  const line = ((high - low) / height) * LINE_HEIGHT * size;
  const stacks = []; // of labels that touch
  for (const label of [...labels].sort((a, b) => a.y - b.y)) {
    let stack = { labels: [label], tall: line * label.rows.length, aims: label.y - 0.5 * line * label.rows.length };
    const place = ({ labels: { length }, tall, aims }) => Math.max(low, Math.min(aims / length, high - tall));
    stack.bottom = place(stack);
    while (stacks.length && stacks.at(-1).bottom + stacks.at(-1).tall > stack.bottom) {
      const below = stacks.pop();
      const aims = below.aims + stack.aims - stack.labels.length * below.tall; // of the joint bottom
      stack = { labels: [...below.labels, ...stack.labels], tall: below.tall + stack.tall, aims, bottom: 0 };
      stack.bottom = place(stack);
    }
    stacks.push(stack);
  }
  return stacks.flatMap(({ labels: touching, bottom }) => {
    let floor = bottom;
    return touching.map((label) => {
      const tall = line * label.rows.length;
      floor += tall;
      return { ...label, y: floor - 0.5 * tall };
    });
  });
}

// Breaks a name at spaces, or a word before its bracket, where a row would be too wide.
function brokenAt(text, widest, widthOf) {
  const rows = [];
  for (const word of text.split(" ")) {
    const longer = `${rows.at(-1)} ${word}`;
    if (rows.length && widthOf(longer) <= widest) rows[rows.length - 1] = longer;
    else rows.push(...(widthOf(word) > widest ? word.split(/(?=\()/) : [word]));
  }
  return rows;
}

let context;

// Returns what measures text of a size, in the page's font unless another is given.
export function ruler(size, family = undefined) {
  context ??= globalThis.document?.createElement("canvas").getContext?.("2d") ?? null;
  if (!context) return (text) => LETTER * size * text.length;
  const style = getComputedStyle(document.body);
  context.font = `${size}px ${family ?? style.fontFamily}`;
  const spacing = parseFloat(style.letterSpacing) || 0;
  return (text) => context.measureText(text).width + spacing * text.length;
}
