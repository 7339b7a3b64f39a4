// Does what a phone's worker does with a task that Python has packed, in the file that is named; writes what it gets.

import { readFileSync } from "node:fs";
import process from "node:process";
import {
  computesAlike, readerOf, taskOf, trained,
} from "../../rnn_compare/browser/arithmetic/training/class_worker.js";

const bytes = readFileSync(process.argv[2]);
const task = taskOf(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const wrong = structuredClone(task);
wrong.known.sizes.LSTM[1] *= 1 + 1e-7;
const right = [];
const weights = await trained({ ...task, epochs: 1 }, "SimpleRNN", 3, (count) => right.push(count));
const read = readerOf(task, "SimpleRNN", weights);
console.log(JSON.stringify({
  ids: [...task.ids.subarray(0, 50)], labels: [...task.labels], training: task.training,
  alike: Object.keys(task.networks).map((cell) => computesAlike(task, cell)), wrong: computesAlike(wrong, "LSTM"),
  right, texts: [read("A wonderful film"), read("xyzzy")],
}));
