// Parses set-ups of the playground from standard input and names their networks, for a test that compares Python's.

import process from "node:process";
import { text } from "node:stream/consumers";

import { networksOf, trainingsOf } from "../../rnn_compare/playground/assets/setup/networks.js";
import { completed, fromHash, hashOf, parsed, textsOf } from "../../rnn_compare/playground/assets/setup/setup_values.js";

const { contents, presets = [], changes = [] } = JSON.parse(await text(process.stdin));
const usual = textsOf(contents.presets[0]);
process.stdout.write(JSON.stringify({
  presets: presets.map((preset) => {
    const texts = textsOf(preset);
    const { setup, problems } = parsed(completed(fromHash(hashOf(texts, usual)), usual), contents);
    const networks = networksOf(setup, contents);
    return {
      problems, networks: networks.map(({ title, color, marker, settings }) => ({ title, color, marker, settings })),
      trainings: trainingsOf(networks, setup).map(({ network, seed }) => (
        [networks.findIndex(({ id }) => id === network), seed]
      )),
    };
  }),
  problems: changes.map((change) => parsed({ ...usual, ...change }, contents).problems),
}));
