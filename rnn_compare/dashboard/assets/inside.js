// A review read word by word: the text, the verdict after each word, and every network's cell at the word in hand.
// The message holds everything (see pages/inside/reading.py); stepping and playing happen here, without the server.

import { buildCard, drawCard, showCard } from "./card.js";
import { element } from "./dom.js";
import { tonesOf } from "./heatmap.js";
import { buildText, colourText } from "./marked_text.js";
import { unpackRun } from "./message.js";
import { loadPlotly, look, onChange } from "./plotly.js";
import { stepper } from "./stepper.js";
import { chartShapes, drawVerdicts } from "./verdict_chart.js";

const pages = new WeakMap();

export function render({ data: { left_out: leftOut, ...data }, parentElement, setStateValue }, urls) {
  let page = pages.get(parentElement);
  const content = JSON.stringify(data);
  if (page?.content === content) {
    page.leftOut = leftOut; // it comes when it is worked out: nothing else has changed
    colourText(page);
    show(page);
    return;
  }
  if (!page) {
    for (const url of urls.styles) {
      const style = element("link", "", parentElement);
      style.rel = "stylesheet";
      style.href = new URL(url, document.baseURI);
    }
    page = { root: element("div", "rc-inside", parentElement), lead: 0, colouring: "read", shown: new Map() };
    page.end = onChange(page.root, () => draw(page));
    pages.set(parentElement, page);
  }
  page.ask = (colouring) => setStateValue("colouring", colouring);
  Object.assign(page, { content, data, leftOut });
  page.runs = data.runs.map(unpackRun);
  page.lead = Math.min(page.lead, page.runs.length - 1);
  build(page);
  page.steps.jump(data.words.length - 1);
  loadPlotly(urls.plotly).then((plotly) => { page.plotly = plotly; draw(page); });
}

export function dispose(parentElement) {
  const page = pages.get(parentElement);
  if (!page || parentElement.isConnected) return;
  page.steps.end();
  page.end();
  pages.delete(parentElement);
}

// ---- what stands on the page ----

function build(page) {
  const { root, runs, data: { words } } = page;
  const pace = page.steps?.pace ?? 4;
  page.steps?.end();
  root.replaceChildren();
  const stepTo = (word) => page.steps.jump(word);
  buildText(page, {
    go: stepTo,
    lead: (index) => { page.lead = index; colourText(page); },
    colour: (name) => {
      page.colouring = name;
      page.ask(name); // the server works out what it costs only for those who look at it
      colourText(page);
      show(page);
    },
  });
  page.steps = stepper(root, {
    unit: "word", count: words.length, pace, onStep: () => show(page),
    where: (at) => `word ${at + 1} of ${words.length}`,
  });
  const caption = element("p", "rc-caption", root, "The verdict after each word: the probability that the review is positive");
  caption.id = "rc-verdict-caption";
  page.chart = element("div", "rc-verdict-chart", root);
  page.cards = element("div", "rc-cells", root);
  for (const run of runs) run.card = buildCard(page, run, { go: stepTo, redraw: () => draw(page) });
}

// ---- drawing ----

function draw(page) {
  if (!page.plotly || !page.root.clientWidth) return;
  page.tones = tonesOf(look(page.root));
  colourText(page);
  drawVerdicts(page, (word) => page.steps.jump(word));
  for (const run of page.runs) drawCard(page, run);
  show(page);
}

function show(page) {
  const { at } = page.steps;
  page.words.forEach((span, index) => span.classList.toggle("rc-here", index === at));
  const here = page.words[at];
  page.text.scrollTop = Math.max(0, here.offsetTop - page.text.clientHeight / 2);
  if (page.plotly && page.chart.layout) page.plotly.relayout(page.chart, { shapes: chartShapes(page) });
  for (const run of page.runs) showCard(page, run);
}
