// Trains one network epoch by epoch, for a benchmark: reads { description, training, validation, vectors, relaxed } on
// its first line, reviews as { ids, labels }, and trains and validates at each further line. Answers with { processor,
// loss }.

import process from "node:process";
import { createInterface } from "node:readline";
import { Trainer } from "../../rnn_compare/browser/arithmetic/training/trainer.js";

let trainer;
let reviews;
let held;
let epoch = 0;
const run = (work) => {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
};
for await (const line of createInterface({ input: process.stdin })) {
  if (!trainer) {
    const { description, training, validation, vectors, relaxed } = JSON.parse(line);
    trainer = new Trainer(description, { vectors, relaxed });
    [reviews, held] = [training, validation].map(({ ids, labels }) => (
      { ids: Uint16Array.from(ids), labels: Uint8Array.from(labels) }
    ));
  } else {
    const before = process.cpuUsage();
    const { loss } = run(trainer.epoch(epoch++, reviews));
    run(trainer.evaluate(held));
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ processor: (user + system) / 1e6, loss }));
  }
}
