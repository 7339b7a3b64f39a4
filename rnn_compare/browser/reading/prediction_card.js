// A network's prediction for the text that is typed, with what it could read of it.

import { isForeign } from "../arithmetic/encoding.js";
import { odds, percent, signed, verdictIn } from "../arithmetic/moves.js";
import { logitOf, logitOfNothing } from "../arithmetic/network.js";
import { element, setText } from "../common/dom.js";

const UNKNOWN_SHOWN = 5;
// In thousands, as toLocaleString, which takes a phone a tenth of a second when it is called first.
const digits = (count) => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
const counted = (count, noun) => `${digits(count)} ${noun}${count === 1 ? "" : "s"}`;
const rounded = (share) => Number((100 * share).toFixed(1)); // as it is shown
export const painted = () => new Promise((go) => { requestAnimationFrame(() => setTimeout(go)); });

// A network's prediction. show(reading) shows another one and returns it in a sentence; conclude(sentence) shows the
// result of leaving out each word.
export function buildCard(parent, network, languages) {
  const { title, color, labels, maxlen } = network;
  const card = element("section", "rc-card", parent);
  card.style.setProperty("--rc-color", color);
  element("h3", "", card, title);
  const verdict = element("p", "rc-verdict", card);
  const warning = element("p", "rc-problem", card);
  const scale = element("div", "rc-scale", card);
  const bar = element("i", "", scale);
  const ends = element("p", "rc-ends", card);
  labels.forEach((label, side) => element("span", `rc-side-${side}`, ends, label));
  const turning = element("p", "rc-turning", card);
  const coverage = element("p", "rc-note", card);
  const prior = element("p", "rc-note", card, "\u00A0");
  element("p", "rc-note", card, network.note);
  let empty, last;
  // Where a text starts, and how far its words move that.
  const showCourse = () => {
    if (empty === undefined) return;
    const moved = last === undefined ? "" : `; these move it by ${signed(rounded(last) - rounded(empty))} points`;
    setText(prior, `With no words ${percent(empty)} ${labels[1]}${moved}.`);
  };
  painted().then(() => { // the prediction is seen before
    empty = odds(logitOfNothing(network));
    showCourse();
    prior.classList.add("rc-prior");
    scale.style.setProperty("--rc-from", `${100 * empty}%`);
  });
  const show = ({ review, traces }) => {
    const { count, unknown } = review;
    scale.hidden = ends.hidden = turning.hidden = unknown.length === count;
    setText(turning, "Leaving out each word …");
    setText(coverage, count ? coverageIn(review, maxlen) : "");
    const looksForeign = network.in_english && isForeign(review.words, languages);
    setText(warning, warningOf(count, unknown.length) || (looksForeign ? languages.warning : ""));
    card.classList.toggle("doubtful", warning.textContent !== "");
    last = unknown.length === count ? undefined : odds(logitOf(network, review.ids, traces));
    showCourse();
    if (last === undefined) {
      setText(verdict, count ? "no prediction" : "–");
      return count ? `${title}: ${warning.textContent}` : "";
    }
    setText(verdict, verdictIn(last, labels));
    verdict.dataset.probability = last;
    scale.style.setProperty("--rc-to", `${100 * last}%`);
    bar.className = `rc-side-${Number(last > 0.5)}`;
    return `${title}: ${verdict.textContent}. ${warning.textContent}`.trim();
  };
  return {
    show, conclude: (sentence) => setText(turning, sentence), remove: () => card.remove(),
    giveWayTo: (other) => card.replaceWith(other.node), node: card,
  };
}

// The words that were read, unknown and cut off, in a sentence.
function coverageIn({ words, first, count, unknown }, maxlen) {
  const names = [...new Set(unknown.map((index) => `“${words[first + index]}”`))];
  const ending = names.length > UNKNOWN_SHOWN ? " …" : ".";
  const lacking = unknown.length ? `, ${unknown.length} unknown: ${names.slice(0, UNKNOWN_SHOWN).join(", ")}` : "";
  const lost = first > 1 ? `${digits(first)} words were` : "word was";
  const cut = first ? ` The first ${lost} cut off: it reads the last ${maxlen}.` : "";
  return `Read: ${counted(count - unknown.length, "known word")}${lacking}${ending}${cut}`;
}

function warningOf(count, unknown) {
  if (count && unknown === count) return "None of these words is in the vocabulary, so there is nothing to judge.";
  if (unknown * 2 < count || !count) return "";
  const are = unknown === 1 ? "is" : "are";
  return `${unknown} of ${counted(count, "word")} ${are} unknown: the prediction means little.`;
}
