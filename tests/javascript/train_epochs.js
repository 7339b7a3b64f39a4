// Trains one network epoch by epoch, for a benchmark: reads { description, ids, labels, vectors } on its first line, and
// trains an epoch at each further line. Answers with { seconds, processor, loss }.

import process from "node:process";
import { createInterface } from "node:readline";
import { Trainer } from "../../rnn_compare/browser/arithmetic/training/trainer.js";

let trainer;
let reviews;
let epoch = 0;
for await (const line of createInterface({ input: process.stdin })) {
  if (!trainer) {
    const { description, ids, labels, vectors } = JSON.parse(line);
    trainer = new Trainer(description, { vectors });
    reviews = { ids: Uint16Array.from(ids), labels: Uint8Array.from(labels) };
  } else {
    const [began, before] = [performance.now(), process.cpuUsage()];
    const work = trainer.epoch(epoch++, reviews);
    let step = work.next();
    while (!step.done) step = work.next();
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - began) / 1000;
    console.log(JSON.stringify({ seconds, processor: (user + system) / 1e6, loss: step.value.loss }));
  }
}
