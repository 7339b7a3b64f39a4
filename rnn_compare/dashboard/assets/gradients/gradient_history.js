// Gradient flow epoch by epoch: the gradient's size at every word, and how far back half of it reaches.
// The message holds everything (see pages/inside/gradients.py).

import { look, onPointClick } from "../charts/chart_look.js";
import { config } from "../charts/chart_tools.js";
import { buildWords, leaveUnread } from "../charts/chart_words.js";
import { changes, component } from "../common/component.js";
import { element } from "../common/dom.js";
import { buildStepper } from "../common/stepper.js";
import {
  DASHES, OWN, flowTraces, flowsAt, knownAt, memoryLayout, memoryTraces, reachLayout, sizeLayout,
} from "./gradient_traces.js";
import { counted, flowWords, memoryWords, saidEpoch, shown } from "./gradient_words.js";

export const { render, dispose } = component("rc-inside", (root, { redraw }) => {
  const isNew = changes();
  let history;
  return {
    update(data) {
      if (!isNew(data)) return;
      const pace = history?.pace ?? 2;
      history?.end();
      root.replaceChildren();
      history = buildHistory(root, data, pace, redraw);
      redraw();
    },
    draw: (plotly) => history.draw(plotly),
    end: () => history?.end(),
  };
});

function buildHistory(root, data, pace, redraw) {
  const moments = momentsOf(data);
  const cards = buildCards(root, data.runs);
  const isOne = moments.length === 1;
  const steps = isOne ? { at: 0, pace, end() {} } : buildStepper(root, {
    unit: "epoch", count: moments.length, at: moments[0] === OWN ? 0 : moments.indexOf(data.runs[0].at), pace,
    where: (at) => (moments[at] === OWN ? `${data.which} epoch of each` : saidEpoch(moments[at])),
    onStep: (at) => { cards.show(moments[at]); redraw(); },
  });
  buildLegend(root, data.runs);
  const charts = element("div", "rc-history", root);
  const size = chart(charts, "Gradient, relative to the last word");
  const reach = chart(charts, "Share of the sum in the last words");
  const memories = isOne ? undefined : chart(charts, "Reach by epoch, in words");
  const [ofSize, ofReach, ofMemories] = ["gradient_size", "gradient_share", "gradient_reach"].map(config);
  cards.show(moments[steps.at]);
  return {
    get pace() { return steps.pace; },
    draw(plotly) {
      const looks = look(root);
      const now = moments[steps.at];
      const lines = (kind) => data.runs.flatMap((run) => flowTraces(run, now, kind));
      size.words.show(data.runs.flatMap((run) => flowWords(run, now, "relative")));
      reach.words.show(data.runs.flatMap((run) => flowWords(run, now, "share")));
      plotly.react(size.node, lines("relative"), sizeLayout(data, looks, size.node), ofSize);
      plotly.react(reach.node, lines("share"), reachLayout(data, looks, reach.node), ofReach);
      for (const { node } of [size, reach]) leaveUnread(node);
      if (isOne) return;
      memories.words.show(data.runs.flatMap(memoryWords));
      const layout = memoryLayout(data, now, looks, memories.node);
      plotly.react(memories.node, data.runs.flatMap((run) => memoryTraces(run, now)), layout, ofMemories);
      leaveUnread(memories.node);
      onPointClick(memories.node, (clicked) => steps.jump(moments.indexOf(clicked)));
    },
    end: steps.end,
  };
}

// The steps: first each network at its own epoch, if these differ; then all epochs, if any network has several.
export function momentsOf({ epochs, runs }) {
  if (runs.every((run) => run.epochs.length === 1)) return [OWN];
  const differ = runs.some(({ at }) => at !== runs[0].at);
  return differ ? [OWN, ...epochs] : epochs;
}

function chart(parent, title) {
  const place = element("figure", "", parent);
  element("figcaption", "rc-caption", place, title);
  return { words: buildWords(place), node: element("div", "rc-history-chart", place) };
}

// A card for each run with the reach of its gradient.
function buildCards(root, runs) {
  const row = element("div", "rc-verdicts", root);
  const bodies = runs.map((run) => {
    const card = element("section", "rc-card", row);
    card.style.setProperty("--rc-color", run.color);
    element("h4", "", card, run.title);
    return element("div", "", card);
  });
  return {
    show: (moment) => runs.forEach((run, index) => {
      bodies[index].replaceChildren();
      const when = saidEpoch(run.epochs[knownAt(run, moment)]);
      for (const flow of flowsAt(run, moment)) {
        const line = element("p", "rc-memory", bodies[index]);
        const which = run.directions.length < 2 ? "" : ` ${flow.backward ? "backward" : "forward"}`;
        element("span", "", line, `reach${which} `);
        element("b", "", line, headline(flow.states.memory));
        element("p", "rc-note", bodies[index], [when, ...remarks(flow)].join(" · "));
      }
    }),
  };
}

// The reach: the median over the reviews.
export function headline([words]) {
  return words ? counted(words) : "none";
}

// Remarks on a reach: where it lies for the middle half of the reviews.
export function remarks({ states, carry }) {
  const [, lower, upper] = states.memory;
  return [
    ...(lower < upper ? [`middle half: ${shown(lower)} to ${counted(upper)}`] : []),
    ...(carry?.memory[0] ? [`carry track: ${counted(carry.memory[0])}`] : []),
  ];
}

// One legend for all charts: dashes and the tint; the cards have the colours.
function buildLegend(root, runs) {
  const legend = element("div", "rc-history-legend", root);
  const entry = (text, dash) => {
    const made = element("span", "", legend);
    element("i", `rc-${dash}`, made).style.setProperty("--rc-color", "currentColor");
    made.append(text);
  };
  const flows = runs.flatMap((run) => flowsAt(run, Infinity));
  if (flows.some(({ backward }) => backward)) entry("backward", DASHES.states[1]);
  for (const backward of [false, true]) {
    const carried = flows.some((flow) => flow.carry && flow.backward === backward);
    if (carried) entry(backward ? "carry track, backward" : "carry track", DASHES.carry[Number(backward)]);
  }
  const banded = flows.some(({ states }) => states.memory.length > 1);
  if (banded) entry("middle half of the reviews", "band");
}
