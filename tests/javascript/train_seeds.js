// Trains networks as the page does, one after the other: reads { packed, size, descriptions, epochs, training } and
// writes the highest validation accuracy of each.

import process from "node:process";
import { text } from "node:stream/consumers";
import { padded, readReviews } from "../../rnn_compare/browser/arithmetic/packed_reviews.js";
import { trainingRun } from "../../rnn_compare/browser/arithmetic/training/training_run.js";

const { packed, size, descriptions, epochs, training } = JSON.parse(await text(process.stdin));
const data = padded(await readReviews(packed), size);
const best = [];
for (const description of descriptions) {
  const accuracies = [];
  const question = { ...data, description, training, epochs, relaxed: true };
  await trainingRun(question, ({ val_accuracy: accuracy }) => accuracies.push(accuracy));
  best.push(Math.max(...accuracies));
}
process.stdout.write(JSON.stringify(best));
