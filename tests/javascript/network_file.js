// Reads a network's file in standard input, has its network read a row of ids, and writes the file again.

import { Buffer } from "node:buffer";
import process from "node:process";
import { text } from "node:stream/consumers";

import { logitOf, makeNetwork } from "../../rnn_compare/browser/arithmetic/network.js";
import { fits, readWeightsFile, weightsFile } from "../../rnn_compare/browser/reading/weights_file.js";

const { files, formulas, layout, description, ids } = JSON.parse(await text(process.stdin));

function answer(file) {
  try {
    const { settings, weights, shapes } = readWeightsFile(new Uint8Array(Buffer.from(file, "base64")));
    if (!description) return { settings };
    // oxlint-disable-next-line no-implied-eval -- the page's own script declares them
    const declared = new Function(`${formulas}; return FORMULAS;`)();
    const numbers = Float32Array.from(weights.flatMap((tensor) => [...tensor]));
    const network = makeNetwork(layout, numbers, declared[layout.cell.name]);
    return {
      settings, fits: fits(description, shapes), logit: logitOf(network, Int32Array.from(ids)),
      file: Buffer.from(weightsFile(description, settings, weights)).toString("base64"),
    };
  } catch (error) {
    return { problem: error.message };
  }
}

process.stdout.write(JSON.stringify(files.map((file) => answer(file))));
