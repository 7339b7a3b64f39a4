// What the trainings say together: the verdict, its picture, and the parameters by layer.

import { element, setText } from "../../browser/common/dom.js";
import { drawChance } from "../../browser/drawing/chance_picture.js";
import { judge } from "../../browser/judging/judge.js";
import { meaningOfInterval, result } from "../../browser/judging/wording.js";
import { drawMemory } from "../../browser/reading/memory_chart.js";
import { scoresOf } from "./training/session.js";

// headline: where the verdict stands; root: what it rests on.
export function buildVerdict(headline, root, words) {
  element("h2", "", root, "Could it be chance?");
  const picture = element("div", "", root);
  const meaning = element("p", "soft", root);
  const show = (sentence, parts, means) => {
    setText(headline, unbroken(sentence));
    picture.replaceChildren();
    parts(picture);
    setText(meaning, unbroken(means));
    root.hidden = !means;
  };
  return {
    showRecorded: ({ verdict, meaning: means, picture: html }) => show(verdict, (parent) => {
      parent.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    }, means),
    // networks: with their seeds' trainings, of which all have ended.
    show(networks) {
      const settings = networks.map(({ title, seeds }) => (
        { name: title, scores: scoresOf(seeds), submitted: seeds.map(({ submitted }) => submitted) }
      ));
      if (networks.length < 2) return show("", () => {}, "");
      const judgement = judge(settings);
      const colors = Object.fromEntries(networks.map(({ title, color }) => [title, color]));
      return show(result(judgement, words), (parent) => drawChance(parent, judgement, colors, words),
        meaningOfInterval(judgement, words));
    },
    wait: (sentence) => show(sentence, () => {}, ""),
  };
}

const unbroken = (text) => text.replaceAll(" %", "\u00A0%");

// The accuracy by the length of a review, of each network's first seed that has ended, with the weights that are kept.
export function showMemory(root, networks) {
  const trained = networks.flatMap(({ seeds, ...network }) => {
    const seed = seeds.find(({ lengths }) => lengths);
    if (!seed) return [];
    const best = seed.figures.reduce((a, b) => (b.val_accuracy > a.val_accuracy ? b : a));
    return [{ ...network, lengths: seed.lengths, correct: seed.correct[best.epoch - 1] }];
  });
  const all = trained.flatMap(({ lengths }) => [...lengths]);
  const [longest, shortest] = [Math.max, Math.min].map((most) => all.reduce((a, b) => most(a, b), all[0]));
  const isAlike = !trained.length || longest < 2 * shortest; // as a task's texts
  root.hidden = isAlike;
  root.replaceChildren();
  if (isAlike) return;
  element("h2", "", root, "Memory: accuracy by length");
  const lengths = new Set(trained.map(({ settings }) => settings.maxlen));
  const maxlen = lengths.size > 1 ? Infinity : trained[0].settings.maxlen;
  drawMemory(element("div", "", root), { networks: trained, lengths: trained[0].lengths, maxlen });
}

// Each network's parameters: a bar to one scale for all, and the arithmetic of each layer and tensor.
export function showParameters(root, networks) {
  root.replaceChildren();
  element("h2", "", root, "Parameters");
  element("p", "soft", root, "Bars are to one scale. Recurrent layers have their network's colour; layers that all "
    + "networks share are grey.");
  const most = Math.max(...networks.map(({ parameters }) => parameters.total));
  const cards = element("div", "parameter-cards", root);
  for (const { title, color, parameters: { total, layers } } of networks) {
    const card = element("section", "rc-card", cards);
    card.style.setProperty("--rc-color", color);
    element("h3", "", card, `${title}: ${total.toLocaleString("en")}`);
    const bar = element("div", "parameter-bar", card);
    bar.style.width = `${100 * total / most}%`;
    for (const [place, { count }] of layers.entries()) {
      element("i", `parameter-${place}`, bar).style.flexGrow = `${count}`;
    }
    const terms = element("dl", "parameter-terms", card);
    for (const [place, { kind, arithmetic, tensors }] of layers.entries()) {
      const row = element("div", `parameter-${place}`, terms);
      element("dt", "", row, kind);
      element("dd", "", row, arithmetic);
      if (tensors.length < 2) continue;
      for (const { name, shape, arithmetic: own } of tensors) {
        const of = element("div", "parameter-tensor", terms);
        element("dt", "", of, `${name.replaceAll("_", " ")} (${shape.join(" × ")})`);
        element("dd", "", of, own);
      }
    }
  }
}
