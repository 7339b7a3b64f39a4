// The review itself, each word coloured by how far it moved the verdict, and the legend that says so.

import { element } from "./dom.js";
import { movesOf, signed } from "./message.js";

const COLOURINGS = {
  read: "it moved the verdict as it was read",
  left_out: "the final verdict moves when it is replaced by “unknown”",
};
const LEAST = 0.2; // log-odds that have full colour at the least: or noise would look like an opinion

export function buildText(page, act) {
  const { root, data, runs } = page;
  page.text = element("div", "rc-reading", root);
  page.words = data.words.map((word, index) => {
    const span = element("span", "", page.text, word);
    span.addEventListener("click", () => act.go(index));
    page.text.append(" ");
    return span;
  });
  const how = element("div", "rc-moved", root);
  element("span", "", how, "Coloured by how far");
  page.colourings = Object.entries(COLOURINGS).map(([name, text]) => {
    const button = element("button", "rc-colouring", how, text);
    button.type = "button";
    button.dataset.colouring = name;
    button.addEventListener("click", () => act.colour(name));
    return button;
  });
  const legend = element("div", "rc-moved", root);
  element("b", "rc-negative", legend, "towards negative");
  element("b", "rc-positive", legend, "towards positive");
  page.scale = element("span", "rc-scale-said", legend);
  element("span", "", legend, runs.length > 1 ? "as read by" : `as read by ${runs[0].title}`);
  page.leads = runs.length < 2 ? [] : runs.map((run, index) => {
    const button = element("button", "rc-lead", legend, run.title);
    button.type = "button";
    button.style.setProperty("--rc-color", run.color);
    button.addEventListener("click", () => act.lead(index));
    return button;
  });
}

export function colourText(page) {
  const run = page.runs[page.lead];
  const waiting = page.colouring === "left_out" && !page.leftOut[run.id];
  const moves = waiting ? [] : movesOf(run, page.colouring === "left_out" && page.leftOut[run.id]);
  const sizes = moves.map(({ logit }) => Math.abs(logit));
  const largest = Math.max(LEAST, ...sizes);
  page.words.forEach((span, word) => {
    const move = moves[word - run.first];
    const share = move ? Math.sqrt(Math.abs(move.logit) / largest) : 0;
    span.style.setProperty("--rc-tone", move?.logit < 0 ? "var(--rc-negative)" : "var(--rc-positive)");
    span.style.setProperty("--rc-share", `${Math.round(75 * share)}%`);
    span.classList.toggle("rc-cut", word < run.first);
    span.classList.toggle("rc-unknown", run.unknown.includes(word - run.first));
    span.title = move ? `${signed(move.points)} points` : "";
  });
  const deepest = sizes.indexOf(Math.max(...sizes));
  page.scale.textContent = waiting
    ? "being worked out …"
    : `deepest: “${page.data.words[run.first + deepest]}”, ${signed(moves[deepest].points)} points`
      + ` (${signed(moves[deepest].logit, 2)} log-odds)`;
  page.leads.forEach((button, index) => button.setAttribute("aria-pressed", index === page.lead));
  for (const button of page.colourings) {
    button.setAttribute("aria-pressed", button.dataset.colouring === page.colouring);
  }
}
