// The curve that the class drew as its prediction: the median, and a band of the middle half.

import { escapeLabel, faded } from "../charts/chart_look.js";
import { unpackFigures } from "./board_traces.js";

const COLOR = "#888888"; // visible on white and on black; no network has it

export function drawnBand(guessed, { factor }, { thick = 1 } = {}) {
  if (!guessed) return [];
  const [low, middle, high] = ["low", "middle", "high"].map((edge) => unpackFigures(guessed[edge], factor));
  const epochs = middle.map((_, index) => index + 1);
  const common = { type: "scatter", x: epochs, name: escapeLabel(guessed.text) };
  return [
    {
      ...common, uid: "drawn-band", x: [...epochs, ...epochs.toReversed()], y: [...high, ...low.toReversed()],
      fill: "toself", fillcolor: faded(COLOR, 0.3), mode: "none", hoverinfo: "skip",
    },
    {
      ...common, uid: "drawn-median", y: middle, mode: "lines", line: { color: COLOR, width: 2.5 * thick },
      hovertemplate: "%{fullData.name} expected %{y:.1f} %<extra></extra>",
    },
  ];
}

export function drawnEnd(guessed, { factor }) {
  if (!guessed) return [];
  const middle = unpackFigures(guessed.middle, factor);
  return [{ text: guessed.text, color: COLOR, x: middle.length, y: middle.at(-1) }];
}
