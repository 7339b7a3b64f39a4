// Does what a phone's worker does with a task that Python has packed, in the file that is named; writes its answers.

import { readFileSync } from "node:fs";
import process from "node:process";
import { listen } from "../../rnn_compare/browser/arithmetic/training/class_worker.js";

const task = JSON.parse(readFileSync(process.argv[2], "utf-8"));
globalThis.fetch = async () => ({ ok: true, json: async () => task });
const answers = [];
const scope = new EventTarget();
const tell = (data) => scope.dispatchEvent(new MessageEvent("message", { data }));
await new Promise((go) => {
  scope.postMessage = (answer) => {
    answers.push(answer);
    if (answer.done) for (const read of ["A wonderful film", "xyzzy"]) tell({ read });
    if (answer.known === 0 || answer.problem) go();
  };
  listen(scope);
  tell({ fetch: "task" });
  tell({ train: { cell: "SimpleRNN", seed: 10_001 } });
});
console.log(JSON.stringify(answers));
