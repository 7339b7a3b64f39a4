// The word that decides a network's prediction, in a sentence: what leaving out each word alone shows, and no more.

import { moves, odds, verdictIn } from "../../arithmetic/moves.js";

const MOST_NAMED = 3;

// words: all that the page shows, of which the run reads those from its `first` on; logits: for the whole review, then
// without each word read.
export function turningWord(run, words, logits) {
  const name = (index) => {
    const isRepeated = words.indexOf(words[index]) !== words.lastIndexOf(words[index]);
    return `“${words[index]}”${isRepeated ? ` (word ${index + 1})` : ""}`;
  };
  const effects = moves(run, logits)
    .map((effect, index) => ({ ...effect, word: name(run.first + index), isUnknown: run.unknown.includes(index) }))
    .filter(({ isUnknown }) => !isUnknown)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  if (!effects.length) return "";
  const isHigh = odds(logits[0]) > 0.5;
  const [turning, ...others] = effects.filter(({ from }) => from > 0.5 !== isHigh);
  const most = strongest(effects, run.labels);
  if (!turning) return `Leaving out a single word never flips the prediction; ${most}.`;
  const also = named(others, "or", `any one of ${others.length} other words`);
  const sentence = `Without ${turning.word}: ${verdictIn(turning.from, run.labels)}`;
  const flips = also ? `; without ${also} it flips, too` : "";
  return `${sentence}${flips}; ${most}. A word left out is replaced by an unknown one.`;
}

// Words whose effects read alike are named together.
function strongest(effects, labels) {
  const shown = ({ points }) => Math.abs(points).toFixed(1);
  const size = shown(effects[0]);
  if (size === "0.0") return "none moves it by 0.1 points";
  const equals = effects.filter((effect) => shown(effect) === size);
  const words = named(equals, "and", `${equals.length} words`);
  if (equals.length > 1) return `${words} contribute most, for or against: ${size} points each`;
  const towards = labels[Number(effects[0].points > 0)];
  return `${effects[0].word} contributes most, for or against: ${size} points towards ${towards}`;
}

function named(effects, joint, many) {
  if (effects.length > MOST_NAMED) return many;
  const names = effects.map(({ word }) => word);
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(` ${joint} `);
}
