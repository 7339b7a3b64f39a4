// The word that decides a network's prediction, in a sentence: what leaving out each word alone shows, and no more.

import { inPoints, isMarkup, moves, odds, verdictIn } from "../../arithmetic/moves.js";

const MOST_NAMED = 3;

// words: all that the page shows, of which the run reads those from its `first` on; logits: for the whole review, then
// without each word read. Markup is no word.
export function turningWord(run, words, logits) {
  const name = (index) => {
    const isRepeated = words.indexOf(words[index]) !== words.lastIndexOf(words[index]);
    return `“${words[index]}”${isRepeated ? ` (word ${index + 1})` : ""}`;
  };
  const effects = moves(run, logits)
    .map((effect, index) => ({ ...effect, word: name(run.first + index), index }))
    .filter(({ index }) => !run.unknown.includes(index) && !isMarkup(words[run.first + index]))
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  if (!effects.length) return "";
  const isHigh = odds(logits[0]) > 0.5;
  const [turning, ...others] = effects.filter(({ from }) => from > 0.5 !== isHigh);
  const most = strongest(effects, run.labels);
  if (!turning) return `No single word decides; ${most}.`;
  const also = named(others, "or", `any one of ${others.length} other words`);
  const flips = also ? ` It flips without ${also}, too.` : "";
  const without = verdictIn(turning.from, run.labels);
  if (most.startsWith(`${turning.word} counts`)) return `${most}: without it ${without}.${flips}`;
  return `Without ${turning.word}: ${without}; ${most}.${flips}`;
}

// Words whose effects read alike are named together.
function strongest(effects, labels) {
  const shown = ({ points }) => inPoints(points, labels);
  const [{ points }] = effects;
  if (Math.abs(points).toFixed(1) === "0.0") return "none moves it by 0.1 points";
  const equals = effects.filter((effect) => shown(effect) === shown(effects[0]));
  const words = named(equals, "and", `${equals.length} words`);
  const by = shown(effects[0]);
  return equals.length > 1 ? `${words} count most (${by} each)` : `${words} counts most (${by})`;
}

function named(effects, joint, many) {
  if (effects.length > MOST_NAMED) return many;
  const names = effects.map(({ word }) => word);
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(` ${joint} `);
}
