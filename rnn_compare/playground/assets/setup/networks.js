// The networks of a set-up with their names and colours, and their trainings, one for each seed.

import { describe } from "../../../browser/arithmetic/description.js";
import { trainingReviews } from "./setup_values.js";

const NAMES = ["embedding_size", "vocabulary_size", "batch_size", "learning_rate", "forget_bias", "optimizer",
  "recurrent_initializer", "mask_padding", "validation_split", "epochs", "reviews"];

// setup: as `parsed` returns it. The first axis varies slowest, as in experiment_sets.py.
export function networksOf(setup, contents) {
  const rows = setup.cell.flatMap((cell) => (
    setup.units.flatMap((units) => setup.maxlen.map((maxlen) => ({ cell, units, maxlen })))
  ));
  const settings = rows.map((row) => settingsOf(row, setup, contents));
  if (setup.equal_parameters) equalize(settings, contents);
  const places = {};
  return settings.map((own) => {
    const cell = contents.cells[own.cell];
    const place = (places[own.cell] = (places[own.cell] ?? -1) + 1);
    const [color, marker] = [cell.shades[place % cell.shades.length], cell.markers[place % cell.markers.length]];
    const length = setup.maxlen.length > 1 ? ` maxlen ${own.maxlen.toLocaleString("en")}` : "";
    const title = `${own.cell}(${own.units})${length}`;
    const { parameters, layout } = describe(cell, { ...own, seed: setup.seed });
    return { id: keyOf(own, contents), title, color, marker, settings: own, parameters, layout };
  });
}

// Settings without effect on a cell have their defaults, so that equal networks are equal.
function settingsOf(row, setup, { cells, defaults }) {
  const common = NAMES.map((name) => [name, name in cells[row.cell].meaningless ? defaults[name] : setup[name]]);
  return { source: setup.source, ...row, ...Object.fromEntries(common) };
}

// Of networks that differ in their cell alone, the largest keeps its units; others get those which come nearest.
function equalize(settings, { cells, bounds: { units: [least, most] } }) {
  const count = (own, units = own.units) => describe(cells[own.cell], { ...own, units }).parameters.layers[1].count;
  const wanted = settings.map((own) => Math.max(...settings
    .filter(({ units, maxlen }) => units === own.units && maxlen === own.maxlen).map((other) => count(other))));
  settings.forEach((own, place) => {
    own.units = unitsFor(wanted[place], (units) => count(own, units), least, most);
  });
}

function unitsFor(wanted, count, least, most) {
  let [low, high] = [least, most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (count(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  const before = Math.max(least, low - 1);
  return Math.abs(count(before) - wanted) <= Math.abs(count(low) - wanted) ? before : low;
}

// Equal for equal reviews and settings.
function keyOf(settings, { sources }) {
  const { url, text } = sources[settings.source].packed;
  return JSON.stringify([url ?? text.length, settings]);
}

// The trainings of networks, all with the first seed first.
export function trainingsOf(networks, { seed, seeds }) {
  return Array.from({ length: seeds }, (_, place) => seed + place).flatMap((number) => (
    networks.map((network) => ({ key: `${network.id} ${number}`, network: network.id, seed: number }))
  ));
}

// What a worker needs to train a network with a seed.
export function questionOf(network, seed, contents) {
  const { settings } = network;
  const { url, text } = contents.sources[settings.source].packed;
  return {
    packed: url === undefined ? { text } : { url: new URL(url, document.baseURI).href },
    size: { reviews: settings.reviews, maxlen: settings.maxlen, vocabulary_size: settings.vocabulary_size },
    description: describe(contents.cells[settings.cell], { ...settings, seed }).description,
    training: trainingReviews(settings),
    epochs: settings.epochs,
  };
}
