// Judges the cases in standard input with the scripts of a page, for a test that compares them with Python.

import process from "node:process";
import { text } from "node:stream/consumers";

import { drawChance } from "../../rnn_compare/browser/drawing/chance_picture.js";
import { judge } from "../../rnn_compare/browser/judging/judge.js";
import { score } from "../../rnn_compare/browser/judging/scores.js";
import { meaningOfInterval, result } from "../../rnn_compare/browser/judging/wording.js";

const escaped = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

// Elements that become HTML as Python writes it.
class Node {
  style = {};
  className = "";
  textContent = "";
  attributes = "";
  children = [];

  constructor(tag) { this.tag = tag; }
  append(...children) { this.children.push(...children); }
  setAttribute(name, value) { this.attributes += ` ${name}="${escaped(value)}"`; }
  toString() {
    const style = Object.entries(this.style).map((rule) => rule.join(": ")).join("; ");
    const named = this.className && ` class="${this.className}"`;
    const styled = style && ` style="${style}"`;
    const inner = escaped(this.textContent)
      + this.children.map((child) => (typeof child === "string" ? escaped(child) : child)).join("");
    return `<${this.tag}${named}${styled}${this.attributes}>${inner}</${this.tag}>`;
  }
}
Object.assign(globalThis, { document: { createElement: (tag) => new Node(tag) } });

const { words, cases, epochs } = JSON.parse(await text(process.stdin));
const bits = (row) => Uint8Array.from(row, Number);
const judged = cases.map(({ settings, drawn, ...options }) => {
  const judgement = judge(settings.map((setting) => ({
    ...setting, scores: setting.scores.map(({ correct, ...rest }) => ({ ...rest, correct: correct && bits(correct) })),
  })), options);
  const colors = Object.fromEntries(settings.map(({ name }) => [name, "#0072B2"]));
  return {
    order: judgement.order.map(({ name }) => name), best: judgement.best?.name ?? null,
    result: result(judgement, words), meaning: meaningOfInterval(judgement, words),
    picture: drawn ? String(drawChance(new Node("main"), judgement, colors, words)) : null,
    pairs: judgement.pairs.map(({ a, b, verdict, obstacle = null, difference }) => ({
      a: a.name, b: b.name, verdict, obstacle,
      numbers: difference ? [
        difference.newest.p, ...difference.limits, difference.alpha, difference.level, difference.halfWidth ?? 0,
      ] : [],
    })),
  };
});
const scores = epochs.map((rows) => score(rows.map(bits))).map(({ accuracy, correct, reviews }) => (
  { accuracy, correct: Array.from(correct), reviews }
));
process.stdout.write(JSON.stringify({ judged, scores }));
