// A card for each network: progress, accuracy, parameters.

import { percent } from "../../browser/arithmetic/moves.js";
import { element, explain, setText } from "../../browser/common/dom.js";
import { roughDuration } from "./training/estimates.js";
import { scoresOf } from "./training/session.js";

const ROWS = [["best", "state"], ["note", "left"], ["size", "pace"]];
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const plain = (text) => text.replaceAll(/(?<=\d) (?=[%s])/g, "\u00A0");

// glossary: sentences that explain terms.
export function buildCards(root, glossary) {
  const cards = new Map();
  return (shown) => {
    for (const [id, card] of cards) {
      if (shown.some((other) => other.id === id)) continue;
      card.root.remove();
      cards.delete(id);
    }
    for (const network of shown) {
      if (!cards.has(network.id)) cards.set(network.id, buildCard(root, glossary));
      cards.get(network.id).show(network);
    }
  };
}

function buildCard(parent, glossary) {
  const root = element("article", "rc-card", parent);
  const heading = element("h2", "card-name", root);
  const bar = element("div", "card-bar", root);
  const fill = element("i", "", bar);
  bar.setAttribute("role", "progressbar");
  const words = Object.fromEntries(ROWS.flatMap((names) => {
    const row = element("div", "card-row", root);
    return names.map((name) => [name, element("span", `card-${name}`, row)]);
  }));
  const reason = element("p", "rc-problem", root);
  return {
    root,
    show(card) {
      root.style.setProperty("--rc-color", card.color);
      setText(heading, card.title);
      fill.style.width = `${100 * card.fraction}%`;
      bar.setAttribute("aria-valuenow", `${Math.round(100 * card.fraction)}`);
      bar.setAttribute("aria-label", `${card.title} progress`);
      for (const [name, node] of Object.entries(words)) setText(node, plain(card[name]));
      explain(words.note, card.note.includes("held-out") ? glossary["held-out"] : "");
      setText(reason, card.reason ?? "");
      reason.hidden = !card.reason;
    },
  };
}

// The card of a recorded network.
export function recordedCard({ accuracy, measured, seeds, parameters, epochs, seconds_per_epoch: pace, ...card }) {
  const of = seeds > 1 ? `mean of ${seeds} seeds, ` : "";
  return {
    ...card, fraction: 1, best: percent(accuracy), note: `${of}${measured}`,
    state: `finished, epoch ${epochs} of ${epochs}`,
    size: `${parameters.toLocaleString("en")} parameters`, left: "",
    pace: `${secondsOf(pace)} per epoch, recorded`,
  };
}

// The card of a network that is trained here. seeds: as the session has them.
export function cardOf({ id, title, color, parameters, settings: { epochs } }, seeds) {
  const lefts = seeds.map(({ left }) => left).filter((left) => left > 0);
  const paces = seeds.map(({ pace }) => pace).filter(Boolean);
  const isAtWork = seeds.some(({ status }) => ["running", "waiting"].includes(status));
  return {
    id, title, color, ...accuracyOf(seeds),
    fraction: mean(seeds.map(({ fraction }) => fraction)),
    state: stateOf(seeds, epochs),
    size: `${parameters.total.toLocaleString("en")} parameters`,
    left: isAtWork && lefts.length ? `${roughDuration(lefts.reduce((sum, left) => sum + left, 0))} left` : "",
    pace: paces.length ? `${secondsOf(mean(paces))} per epoch` : "",
    reason: seeds.find(({ problem }) => problem)?.problem,
  };
}

const secondsOf = (seconds) => `${seconds.toFixed(seconds < 0.095 ? 2 : Number(seconds < 20))} s`;

function accuracyOf(seeds) {
  const shares = scoresOf(seeds).map(({ accuracy }) => accuracy);
  if (shares.length) return named(shares, "on held-out reviews");
  const best = seeds.filter(({ figures }) => figures.length)
    .map(({ figures }) => Math.max(...figures.map(({ val_accuracy: share }) => share)));
  return best.length ? named(best, "best so far") : { best: "–", note: "" };
}

function named(shares, name) {
  return { best: percent(mean(shares)), note: `${shares.length > 1 ? `mean of ${shares.length} seeds, ` : ""}${name}` };
}

function stateOf(seeds, epochs) {
  const [{ status, figures }] = seeds;
  if (seeds.length === 1) {
    const done = figures.length;
    if (status === "finished") return `finished, epoch ${done} of ${epochs}`;
    if (status === "running") return `epoch ${Math.min(done + 1, epochs)} of ${epochs}`;
    if (status === "waiting") return "waiting";
    return done || status === "failed" ? `${status} after ${done} of ${epochs} epochs` : "not trained yet";
  }
  const ended = `${seeds.filter((seed) => seed.status === "finished").length} of ${seeds.length} seeds done`;
  const now = seeds.find((seed) => seed.status === "running");
  return now ? `epoch ${Math.min(now.figures.length + 1, epochs)} of ${epochs}, ${ended}` : ended;
}
