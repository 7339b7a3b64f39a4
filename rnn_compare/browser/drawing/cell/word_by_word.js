// A review read word by word: the text, the prediction after each word, and every network's cell at the current word.

import { look } from "../charts/chart_look.js";
import { element } from "../../common/dom.js";
import { buildStepper } from "../../common/stepper.js";
import { tonesOf } from "./heatmap.js";
import { buildText } from "./marked_text.js";
import { moves } from "../../arithmetic/moves.js";
import { buildCard } from "./reading_card.js";
import { turningWord } from "./turning_word.js";

// choice: the visitor's choices, updated here; ask(colouring): requests a colouring, which is computed only on request;
// keep(at): notes the step at which the reader rests; buildChart: draws the prediction after each word;
// heading: the element of a network's name.
export function buildReading(root, { words, at, author, drawings, runs, cut }, choice, ways) {
  const { ask, keep, buildChart, heading = "h2" } = ways;
  let leftOut = {};
  choice.lead = Math.min(choice.lead, runs.length - 1);

  const withoutWords = (run) => (choice.colouring === "left_out" ? { logits: leftOut[run.id] } : undefined);
  const colour = () => {
    const run = runs[choice.lead];
    const without = withoutWords(run);
    const moved = without && !without.logits ? undefined : moves(run, without?.logits);
    const turning = without?.logits === null ? "left out of shorter reviews only"
      : without?.logits && turningWord(run, words, without.logits);
    text.colour({ colouring: choice.colouring, lead: choice.lead, moved, turning });
  };
  const showCards = () => runs.forEach((run, index) => cards[index].show(steps.at, withoutWords(run)));
  const drawCards = () => {
    const tones = tonesOf(look(root));
    runs.forEach((run, index) => cards[index].draw(tones, choice.signals.get(kindOfCell(run))));
  };
  const onWord = (index) => steps.jump(index);

  const steps = buildStepper(root, {
    unit: "word", count: words.length, at, pace: choice.pace, where: (now) => `word ${now + 1} of ${words.length}`,
    onStep: (now) => { text.show(now); chart.show(now); showCards(); },
    onRest: keep,
  });
  // Side by side if there is room: text and verdict stay in view while the cells scroll.
  const sides = element("div", "rc-sides", root);
  const overview = element("div", "rc-told", sides);
  const below = document.createElement("div");
  const text = buildText(overview, below, {
    words, runs, onWord,
    onLead: (index) => { choice.lead = index; colour(); showLead(); },
    onColouring: (name) => { choice.colouring = name; ask(name); colour(); showCards(); },
  });
  const highs = [...new Set(runs.map(({ labels }) => labels[1]))];
  const begins = cut && `; ${cut}`;
  const title = `Probability of ${highs.join(" or ")}${begins}`;
  const chart = buildChart(overview, { title, words, author, runs, onWord });
  overview.append(below);
  const row = element("div", "rc-cells", sides);
  const cards = runs.map((run) => buildCard(row, run, drawings[run.cell], {
    words, author, heading, onWord,
    onSignal: (name) => { choice.signals.set(kindOfCell(run), name); drawCards(); },
  }));
  // A wall has room for one card.
  const showLead = () => {
    for (const card of row.children) card.classList.toggle("rc-other", card !== row.children[choice.lead]);
  };
  text.show(steps.at);
  showLead();
  drawCards();
  return {
    keep: () => keep(steps.at),
    // Sets the log-odds without each word, for every run that a worker has finished.
    leaveOut(logits) {
      leftOut = logits;
      colour();
      showCards();
    },
    draw(plotly) {
      chart.draw(steps.at, plotly);
      text.show(steps.at);
      drawCards();
    },
    end() {
      choice.pace = steps.pace;
      steps.end();
    },
  };
}

// Networks with the same signals share the choice of a signal.
function kindOfCell(run) {
  return run.signals?.map(({ name }) => name).join();
}
