// Trains a network alone, and shared by two. Reads a question for `trainingRun`; writes for each run the figures of its
// epochs, the reviews that were right, and the weights, of the second side too.

import { readFileSync } from "node:fs";
import { trainingRun } from "../../rnn_compare/browser/arithmetic/training/training_run.js";

const question = JSON.parse(readFileSync(0, "utf-8"));
Object.assign(question, { ids: Uint16Array.from(question.ids), labels: Uint8Array.from(question.labels) });
const { port1, port2 } = new MessageChannel();
const run = async (peer) => {
  const [figures, correct] = [[], []];
  const tell = (epoch, _state, bits) => {
    figures.push(epoch);
    correct.push([...bits]);
  };
  const weights = await trainingRun({ ...question, peer }, tell);
  return { figures, correct, weights: weights.map((tensor) => [...tensor]) };
};
const alone = await run();
const sides = await Promise.all([run({ port: port1, side: 0 }), run({ port: port2, side: 1 })]);
port1.close();
console.log(JSON.stringify([alone, ...sides]));
