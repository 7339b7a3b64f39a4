// The networks that read along: the recorded ones first, then those that are trained here or opened from a file.

import { decompressed } from "../../browser/arithmetic/numbers.js";
import { buildReader } from "../../browser/reading/reader.js";

// entries: { source, layout } with `numbers` packed or `weights`; their ids tell them apart.
export function makeReading(root, { sources, drawings, languages }, formulas) {
  let [reader, source, shown, queue] = [undefined, undefined, [], Promise.resolve()];
  const begin = async (entries) => {
    reader?.end();
    root.replaceChildren();
    shown = entries.filter(({ layout }) => layout.numbers);
    const { examples } = sources[source];
    const words = Object.entries(sources).map(([name, { vocabulary }]) => [name, vocabulary]);
    const vocabularies = Object.fromEntries(words);
    const networks = shown.map(({ layout }) => layout);
    reader = await buildReader(root, { networks, vocabularies, drawings, examples, languages }, formulas);
  };
  const show = async (entries) => {
    root.hidden = !entries.length;
    if (!entries.length) return;
    if (entries[0].source !== source) {
      ({ source } = entries[0]);
      await begin(entries);
    }
    // They stand in the order of the entries: what comes after a new one is added anew.
    const isSame = (one, other) => one.layout.id === other?.layout.id && one.weights === other.weights;
    const first = entries.findIndex((entry, at) => !isSame(entry, shown[at]));
    const same = first < 0 ? entries.length : first;
    for (const { layout } of shown.slice(same)) reader.remove(layout.id);
    for (const { layout, weights } of entries.slice(same)) {
      reader.add(layout, weights ?? [await decompressed(layout.numbers, Float32Array)]);
    }
    shown = entries;
  };
  // One after the other: a reader takes a while to unpack its networks.
  return { show(entries) { queue = queue.then(() => show(entries)); return queue; } };
}
