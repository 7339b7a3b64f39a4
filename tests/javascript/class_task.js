// Does what a phone's worker does with a task that Python has packed, in the file that is named; writes what it gets.

import { readFileSync } from "node:fs";
import process from "node:process";
import {
  computesAlike, listen, readerOf, taskOf, trained,
} from "../../rnn_compare/browser/arithmetic/training/class_worker.js";

const bytes = readFileSync(process.argv[2]);
const task = await taskOf(JSON.parse(bytes));
const wrong = structuredClone(task);
wrong.known.sizes.LSTM[1] *= 1 + 1e-7;
// The worker's messages where the file says that this engine computes in another way.
const { ids, labels } = JSON.parse(bytes);
globalThis.fetch = async () => ({ ok: true, json: async () => ({ ...wrong, ids, labels }) });
const answers = [];
const scope = new EventTarget();
await new Promise((go) => {
  scope.postMessage = (answer) => go(answers.push(answer));
  listen(scope);
  for (const data of [{ fetch: "task" }, { train: { cell: "LSTM", seed: 3 } }]) {
    scope.dispatchEvent(new MessageEvent("message", { data }));
  }
});
const epochs = [];
const weights = await trained({ ...task, epochs: 1 }, "SimpleRNN", 3, (epoch) => epochs.push(epoch));
const read = readerOf(task, "SimpleRNN", weights);
console.log(JSON.stringify({
  ids: [...task.ids.subarray(0, 50)], labels: [...task.labels], training: task.training,
  alike: Object.keys(task.networks).map((cell) => computesAlike(task, cell)), wrong: computesAlike(wrong, "LSTM"),
  answers, epochs, texts: [read("A wonderful film"), read("xyzzy")],
}));
