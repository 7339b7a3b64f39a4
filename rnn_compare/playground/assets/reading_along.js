// The networks that read along: the recorded ones first, then those that are trained here or opened from a file.

import { decompressed } from "../../browser/arithmetic/numbers.js";
import { buildReader } from "../../browser/reading/reader.js";

// entries: { source, layout } with `numbers` packed or `weights`; their ids tell them apart.
export function makeReading(root, { sources, drawings, languages }, formulas) {
  let [reader, source, shown, queue] = [undefined, undefined, [], Promise.resolve()];
  const begin = async (entries) => {
    root.replaceChildren();
    shown = entries.filter(({ layout }) => layout.numbers);
    const { examples } = sources[source];
    const vocabularies = Object.fromEntries(Object.entries(sources).map(([name, { vocabulary }]) => [name, vocabulary]));
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
    const isShown = ({ layout, weights }) => (
      shown.some((other) => other.layout.id === layout.id && other.weights === weights)
    );
    for (const { layout } of shown.filter((other) => !entries.some((entry) => entry.layout.id === other.layout.id))) {
      reader.remove(layout.id);
    }
    for (const entry of entries.filter((other) => !isShown(other))) {
      const { layout, weights } = entry;
      reader.add(layout, weights ?? [await decompressed(layout.numbers, Float32Array)]);
    }
    shown = entries;
  };
  // One after the other: a reader takes a while to unpack its networks.
  return { show(entries) { queue = queue.then(() => show(entries)); return queue; } };
}
