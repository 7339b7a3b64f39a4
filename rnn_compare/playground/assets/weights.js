// Weights as files: networks that were trained here go out, as rc.load reads them; others come in and read along.

import { describe } from "../../browser/arithmetic/description.js";
import { button, element, setText } from "../../browser/common/dom.js";
import { fits, readWeightsFile, weightsFile } from "../../browser/reading/weights_file.js";

const INTRODUCTION = "A file has a network's weights, settings and curve. The program reads it: rc.load(\"FILE.npz\").";
const EXAMINED = ["layers", "bidirectional"]; // what this page has none of

// open(entry): called with a network from a file, as `reading_along.js` takes it.
export function buildWeights(root, contents, open) {
  element("h2", "", root, "Weights");
  element("p", "soft", root, INTRODUCTION);
  const row = element("div", "weights", root);
  const label = element("label", "weights-open", root, "Open a network ");
  const input = Object.assign(element("input", "", label), { type: "file", accept: ".npz" });
  const status = element("p", "", root);
  status.setAttribute("role", "status");
  let saved = "";
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const entry = entryOf(readWeightsFile(new Uint8Array(await file.arrayBuffer())), contents);
      open(entry);
      setText(status, `${entry.layout.title} reads along.`);
    } catch (error) {
      setText(status, error.message);
    }
    input.value = ""; // the same file can be chosen again
  });
  return {
    // entries: the networks that were trained here.
    show(entries) {
      const names = JSON.stringify(entries.map(({ layout, settings }) => [layout.title, settings]));
      if (names === saved) return;
      saved = names;
      row.replaceChildren();
      for (const entry of entries) button("", row, `Save ${entry.layout.title}`, () => save(entry, contents));
    },
  };
}

function save({ layout, weights, settings, figures, best }, { cells, sources }) {
  const { source: dataset, ...own } = settings;
  // A task's reviews have the name of the task and the distance.
  const [, source, distance] = sources[dataset].least_maxlen ? /^(.*)-(\d+)$/.exec(dataset) : ["", dataset, ""];
  const experiment = { ...own, source, ...(distance ? { distance: Number(distance) } : {}) };
  const { description } = describe(cells[settings.cell], settings);
  const bytes = weightsFile(description, { experiment, epochs: figures, weights_epoch: best.epoch }, weights);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  link.download = `${layout.title.replaceAll(/\W+/g, "-").replace(/-$/, "")}-seed-${settings.seed}.npz`;
  link.click();
  URL.revokeObjectURL(link.href);
}

// Throws an error with a sentence if this page cannot have the network.
function entryOf({ settings: file, weights, shapes }, { cells, sources, defaults }) {
  const { experiment, epochs, weights_epoch: epoch } = file;
  const settings = { ...defaults, ...experiment };
  const cell = cells[settings.cell];
  const dataset = settings.distance ? `${settings.source}-${settings.distance}` : settings.source;
  const isPlain = EXAMINED.every((name) => !(settings[name] > 1 || settings[name] === true));
  if (!cell || !isPlain) throw new Error("This page has no networks of that kind: it has one recurrent layer.");
  if (!sources[dataset]) throw new Error(`That network was trained on ${dataset}, which this page does not have.`);
  const { description, layout } = describe(cell, settings);
  if (!fits(description, shapes)) throw new Error("The file's weights do not fit its settings. Save it again.");
  const title = `${settings.cell}(${settings.units}) from a file`;
  const { labels, in_english: isEnglish } = sources[dataset];
  const note = `from a file, seed ${settings.seed}, epoch ${epoch} of ${epochs.length}`;
  return {
    source: dataset, weights,
    layout: {
      ...layout, id: `file ${title}`, title, color: cell.shades[1], labels, dataset, in_english: isEnglish, note,
    },
  };
}
