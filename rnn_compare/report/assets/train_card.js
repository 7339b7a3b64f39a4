// The part of the page that trains: a network on the reviews that came along, its curve, and what other seeds gave.

import { percent } from "../../browser/arithmetic/moves.js";
import { trainingRun } from "../../browser/arithmetic/training/training_run.js";
import { button, element, setText as setPlain } from "../../browser/common/dom.js";
import { decompressed } from "../../browser/arithmetic/numbers.js";
import { keeper } from "../../browser/common/kept.js";
import { score } from "../../browser/judging/scores.js";
import { byName, drawCurves, drawSeeds } from "./train_charts.js";

const ENOUGH = 5; // seeds, to say what one of them was worth
const HIGHEST = 999_999; // seed
// No line ends between a number and its percent sign.
const setText = (node, text) => setPlain(node, text.replaceAll(" %", "\u00A0%"));

// lesson: as report/lesson.py makes it. beneath: the comparison's networks, with their curves. read(network): shows the
// trained network's predictions beside the others.
export async function buildTraining(root, lesson, beneath, read) {
  const ids = await decompressed(lesson.ids, Uint16Array);
  const labels = await decompressed(lesson.signs, Uint8Array);
  const { maxlen, vocabulary_size: vocabulary } = Object.values(Object.values(lesson.networks)[0])[0].description;
  const held = labels.length - lesson.training;
  element("h2", "", root, "Train one yourself");
  const thousands = (count) => count.toLocaleString("en");
  element("p", "soft", root, `${thousands(lesson.training)} of ${lesson.subject} came along, the last ${maxlen} words `
    + `of each, with a vocabulary of ${thousands(vocabulary)} words; ${held} others validate. It trains in this `
    + "browser, in seconds. Nothing leaves this device.");
  const controls = element("div", "train-controls", root);
  const cell = choice(controls, "Cell type", Object.keys(lesson.networks), "LSTM");
  const units = choice(controls, "Units", Object.keys(Object.values(lesson.networks)[0]), "8");
  const seed = field(controls, "Seed", 1);
  // Of this tab: results, and the training under way, which a phone may end while it sleeps.
  const kept = keeper("sessionStorage", `rnn-trained-${lesson.dataset}-${document.title}`);
  const { results = [], underWay } = kept.read() ?? {};
  let [running, paused] = [undefined, undefined];
  const charts = element("div", "train-charts", root);
  const [curves, seeds] = ["", "The best epoch of each seed, a dot each"].map((title) => {
    const figure = element("figure", "", charts);
    element("figcaption", "", figure, title);
    return element("div", "", figure);
  });
  const status = element("p", "train-status", root);
  status.setAttribute("role", "status");
  const conclusion = element("p", "train-conclusion", root);
  const terms = element("p", "soft", root);

  const draw = (present) => {
    const shown = present ?? results.at(-1);
    const behind = beneath.find((network) => network.cell?.name === (shown?.cell ?? cell.value));
    drawCurves(curves, present ? [...results, present] : results, lesson.epochs, behind);
    setText(curves.previousSibling, `Validation accuracy${behind ? `; dashed: ${behind.title}` : ""}`);
    drawSeeds(seeds, results);
    setText(conclusion, conclusionOf(results));
  };
  const keep = (result) => { // a seed that is trained once more is no further seed
    const place = results.findIndex(({ name, seed: other }) => name === result.name && other === result.seed);
    results.splice(place < 0 ? results.length : place, 1, result);
  };
  const network = () => lesson.networks[cell.value][units.value];
  const showTerms = () => setText(terms, `Parameters: ${network().terms.join(" · ")}`);
  // Further networks of a cell have its further shades, as everywhere.
  const shade = () => {
    const before = beneath.filter((other) => other.cell?.name === cell.value).length;
    const shades = lesson.shades[cell.value];
    return shades[(before + units.selectedIndex) % shades.length];
  };

  const chosen = () => {
    seed.value = seedOf(seed.value);
    return {
      name: `${cell.value}(${units.value})`, color: shade(), cell: cell.value, units: units.value,
      seed: Number(seed.value), figures: [], correct: [],
    };
  };
  const train = (present = chosen(), state = undefined) => {
    const { description, layout } = lesson.networks[present.cell][present.units];
    const { name, color } = present;
    const question = {
      description: { ...description, seed: present.seed }, ids, labels, training: lesson.training,
      epochs: lesson.epochs, from: state && { epochs: present.figures.length, state },
    };
    const began = performance.now();
    let latest = state;
    paused = undefined;
    kept.write({ results, underWay: { ...present, figures: [], correct: [] } }); // from its seed it is the same network
    const tell = (figures, after, correct) => {
      latest = after;
      present.figures.push(figures);
      present.correct.push(correct);
      setText(status, `${name}, seed ${present.seed}: epoch ${figures.epoch} of ${lesson.epochs}, `
        + `validation accuracy ${percent(figures.val_accuracy)}.`);
      draw(present);
    };
    const finish = (weights, problem) => {
      running = undefined;
      const best = weights && present.figures.reduce((a, b) => (b.val_accuracy > a.val_accuracy ? b : a));
      if (weights) keep({ ...present, correct: [], best: best.val_accuracy, score: plain(score(present.correct)) });
      else if (latest) paused = () => train(present, latest);
      kept.write({ results });
      mark();
      const done = `after epoch ${present.figures.length}`;
      if (!weights) return setText(status, problem ? `The training ended ${done}: ${problem}.` : `Stopped ${done}.`);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      setText(status, `${name}, seed ${present.seed}: ${percent(best.val_accuracy)} on held-out reviews, after `
        + `epoch ${best.epoch}; trained in ${seconds}\u00A0s. It reads your text above.`);
      draw();
      root.dispatchEvent(new Event("trained"));
      return read({
        ...layout, id: `own-${present.cell}`, title: `Your ${name}, seed ${present.seed}`, color, labels: lesson.labels,
        dataset: lesson.dataset, in_english: lesson.in_english,
        note: `trained here, epoch ${present.figures.length}`,
      }, weights);
    };
    running = started(question, tell, finish);
    setText(status, `${name}, seed ${present.seed}: training …`);
    mark();
  };
  const press = button("primary", controls, "Train", () => {
    if (running) running.stop();
    else if (paused) paused();
    else train();
  });
  const again = button("", controls, "Again with another seed", () => {
    if (again.ariaDisabled === "true") return; // and not disabled, so that it keeps the keyboard's focus
    const used = results.filter((result) => result.cell === cell.value).map((result) => result.seed);
    seed.value = Math.max(0, ...used) + 1;
    train();
  });
  const mark = () => {
    setText(press, running ? "Stop" : paused ? "Continue" : "Train");
    again.ariaDisabled = String(Boolean(running) || !results.length);
    for (const node of [cell, units, seed]) node.disabled = Boolean(running);
  };
  const choose = () => {
    paused = undefined;
    showTerms();
    mark();
    if (!results.length) draw();
  };
  for (const control of [cell, units, seed]) control.addEventListener("change", choose);
  root.hidden = false; // charts are as wide as their place
  choose();
  if (results.length) draw();
  if (underWay) train(underWay);
  return { results, changed: root };
}

function choice(parent, label, options, chosen) {
  const select = element("select", "", element("label", "", parent, `${label} `));
  for (const option of options) element("option", "", select, option).selected = option === chosen;
  return select;
}

function field(parent, label, value) {
  const input = element("input", "", element("label", "", parent, `${label} `));
  Object.assign(input, { type: "number", min: 1, max: HIGHEST, value });
  return input;
}

// A score as JSON keeps it.
const plain = (judged) => ({ ...judged, correct: Array.from(judged.correct) });

// The seed that is trained: a generator takes whole numbers, and two seeds of one network would count as two.
export const seedOf = (typed) => Math.min(HIGHEST, Math.max(1, Math.trunc(Number(typed)) || 1));

// Starts a training in a worker that runs this page's own script; without workers, in slices on the page.
function started(question, tell, finish) {
  const script = document.querySelector("script[type=module]").textContent;
  let worker;
  try {
    worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  } catch {
    let isStopped = false;
    trainingRun(question, tell, () => isStopped).then(finish, (error) => finish(undefined, error.message));
    return { stop: () => { isStopped = true; } };
  }
  const end = (weights, problem) => {
    worker.terminate();
    finish(weights, problem);
  };
  worker.addEventListener("message", ({ data }) => {
    if (data.figures) tell(data.figures, data.state, data.correct);
    else end(data.weights, data.problem);
  });
  worker.addEventListener("error", ({ message }) => end(undefined, message || "this browser allows no workers"));
  worker.postMessage(question); // oxlint-disable-line unicorn/require-post-message-target-origin -- workers have none
  return { stop: () => end() };
}

// What the seeds say, in sentences. Whether luck may explain a lead is a question for the reader.
export function conclusionOf(results) {
  const groups = byName(results).map(([name, group]) => ({ name, best: group.map(({ best }) => best) }));
  return groups.filter(({ best }) => best.length > 1).map(({ name, best }) => {
    const mean = best.reduce((sum, share) => sum + share) / best.length;
    const [low, high] = [Math.min(...best), Math.max(...best)];
    const count = best.length;
    return `${name}, ${count} seeds: ${percent(mean)} on average, from ${percent(low)} to ${percent(high)}.`
      + (count < ENOUGH ? "" : ` A further seed misses this range in at most 2 of ${count + 1} cases.`);
  }).join(" ");
}
