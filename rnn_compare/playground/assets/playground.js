// The page on which a browser runs the whole experiment: set-up, training, curves, verdict, and networks that read.

import { percent } from "../../browser/arithmetic/moves.js";
import { element } from "../../browser/common/dom.js";
import { buildBoard } from "./board.js";
import { isSmall, makePaces } from "./training/estimates.js";
import { openKept } from "./training/kept_trainings.js";
import { networksOf } from "./setup/networks.js";
import { makeReading } from "./reading_along.js";
import { showMemory, showParameters } from "./results.js";
import { keptSetup, makeSession, scoresOf } from "./training/session.js";
import { buildSetup } from "./setup/form.js";
import { completed, fromHash, hashOf, parsed, textsOf } from "./setup/setup_values.js";
import { buildControls } from "./setup/train_controls.js";
import { coresOf } from "./training/training_queue.js";
import { listen as trainAsWorker } from "./training/training_worker.js";
import { buildWeights } from "./weights.js";

const TICK = 500; // milliseconds
const SHORT = "Short"; // the preset with which a small device begins
const SECTIONS = ["board", "chance", "parameters", "read", "memory", "weights"];

// formulas: the cells' own, translated. A worker that runs this script trains.
export async function main(formulas) {
  if (globalThis.document === undefined) return trainAsWorker(globalThis);
  const contents = JSON.parse(document.getElementById("contents").textContent);
  const place = buildPlaces(contents);
  const kept = await openKept();
  const [cores, paces] = [coresOf(navigator), makePaces()];
  const usual = textsOf(contents.presets[0]);
  const before = await keptSetup(kept);
  let texts = completed(firstTexts(contents, before), usual);
  let opened = []; // networks from files
  const session = makeSession({ contents, kept, cores, paces, changed: (record, event) => hear(record, event) });
  const draw = buildBoard(place, contents);
  const reading = makeReading(place.read, contents, formulas);
  const weights = buildWeights(place.weights, contents, (entry) => {
    opened = [...opened.filter(({ layout }) => layout.id !== entry.layout.id), entry];
    showReaders();
  });

  const form = () => parsed(texts, contents);
  const networks = () => session.networks.map((network) => ({ ...network, seeds: session.seedsOf(network) }));
  const isShown = () => {
    const { setup, problems } = form();
    const isRight = !Object.keys(problems).length && session.networks.length > 0;
    return isRight && session.covers(networksOf(setup, contents), setup);
  };
  // Of each network that has ended, the first seed reads; before that the recorded ones do.
  const showReaders = () => {
    const trained = networks().flatMap((network) => {
      const seed = network.seeds.find(({ status }) => status === "finished");
      return seed ? [entryOf(network, seed, contents)] : [];
    });
    const recorded = contents.recorded?.networks.map((layout) => ({ source: layout.dataset, layout })) ?? [];
    const own = [...trained, ...opened.filter(({ source }) => !trained.length || source === trained[0].source)];
    reading.show(own.length ? own : recorded);
    weights.show(trained);
    showMemory(place.memory, networks());
  };
  let isWaiting = false;
  const redraw = () => {
    if (isWaiting) return; // several events in one frame are drawn once
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      draw(networks());
    });
  };
  const controls = buildControls(place.controls, { contents, session, paces, cores, kept }, {
    press: () => (session.isTraining() ? stop() : train()),
    take(changes) {
      if (session.isTraining()) session.stop();
      setup.change(changes);
      train();
    },
  });
  const showForm = () => {
    const { setup: values, problems } = form();
    setup.show(problems);
    if (!problems.cell && !problems.units && !problems.embedding_size && !problems.vocabulary_size) {
      showParameters(place.parameters, networksOf(values, contents));
    }
    controls.show(texts, isShown());
  };
  const setup = buildSetup(place.fields, contents, (next) => {
    texts = next;
    history.replaceState(null, "", hashOf(texts, usual));
    showForm();
  });
  async function train() {
    const { setup: values, problems } = form();
    if (Object.keys(problems).length) return;
    await session.show(networksOf(values, contents), values, texts);
    session.train();
    const isNew = session.isTraining();
    controls.say(isNew ? "Training." : "Trained before with these settings and seeds: taken as it is.");
    showReaders();
    if (isNew) document.documentElement.dataset.trained = "";
  }
  function stop() {
    session.stop();
    controls.say("Stopped. What has been trained is not lost.");
  }
  function hear(record, event) {
    redraw();
    if (!event?.figures) controls.show(texts, isShown());
    const { problem } = event ?? {};
    if (problem) controls.say(`${record.training.of.title} could not be trained: ${problem.replace(/\.$/, "")}.`);
    if (!event?.weights) return;
    controls.say(endingOf(record, session));
    showReaders();
  }
  setInterval(() => { if (session.isTraining() && !document.hidden) redraw(); }, TICK);
  addEventListener("hashchange", () => {
    texts = completed(fromHash(location.hash), usual);
    setup.write(texts);
    showForm();
  });
  setup.write(texts);
  const { setup: first, problems } = form();
  if (!Object.keys(problems).length) {
    const shown = networksOf(first, contents);
    const { begun } = await session.known(shown, first);
    const isSame = before?.isTraining && JSON.stringify(before.texts) === JSON.stringify(texts);
    if (begun || isSame) await session.show(shown, first, texts);
    if (isSame) session.train();
  }
  showForm();
  redraw();
  showReaders();
  return undefined;
}

function firstTexts({ presets }, before) {
  if (location.hash.length > 1) return fromHash(location.hash);
  if (before?.texts) return before.texts;
  const short = presets.find(({ name }) => name === SHORT);
  const isSlow = isSmall(navigator, matchMedia("(pointer: coarse)").matches);
  return textsOf(isSlow && short ? short : presets[0]);
}

const bestOf = (figures) => figures.reduce((a, b) => (b.val_accuracy > a.val_accuracy ? b : a));

function entryOf(network, { weights, figures, seed }, { sources }) {
  const { title, color, layout, settings } = network;
  const { labels, in_english: isEnglish } = sources[settings.source];
  const best = bestOf(figures);
  return {
    source: settings.source, weights, figures, best, settings: { ...settings, seed },
    layout: {
      ...layout, id: `own ${title}`, title, color, labels, dataset: settings.source, in_english: isEnglish,
      note: `trained here, seed ${seed}, best epoch: ${best.epoch}`,
    },
  };
}

function endingOf({ training: { of: network } }, session) {
  const seeds = session.seedsOf(network);
  const [{ accuracy }] = scoresOf(seeds);
  const is = seeds.length > 1 ? "" : ` is trained: ${percent(accuracy)} on held-out reviews`;
  const ended = seeds.filter(({ status }) => status === "finished").length;
  const sentence = is || `: ${ended} of ${seeds.length} seeds are trained`;
  return `${network.title}${sentence}.${session.isTraining() ? "" : " All is trained."}`;
}

/** @returns {Record<string, HTMLElement>} */
function buildPlaces({ sources }) {
  const page = document.getElementById("page");
  page.replaceChildren();
  const head = element("header", "", page);
  element("h1", "", head, document.title);
  element("p", "", head, "For lecturers and students: choose networks, press Train, and watch. "
    + "Nothing is installed, and nothing leaves this device.");
  const columns = element("div", "columns", page);
  const side = element("form", "setup", columns);
  side.setAttribute("aria-label", "Set-up");
  side.addEventListener("submit", (event) => event.preventDefault());
  const results = element("div", "results", columns);
  const places = Object.fromEntries(SECTIONS.map((name) => [name, element("section", `part-${name}`, results)]));
  const foot = element("footer", "soft", page);
  for (const { title, licence } of Object.values(sources)) if (licence) element("p", "", foot, `${title}: ${licence}`);
  return { ...places, fields: element("div", "", side), controls: element("div", "controls", side) };
}
