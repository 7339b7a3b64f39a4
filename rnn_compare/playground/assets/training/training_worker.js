// A worker of the page: it unpacks reviews by itself, and trains a network on them.

/* oxlint-disable unicorn/require-post-message-target-origin -- a worker's messages have none */

import { padded, readReviews } from "../../../browser/arithmetic/packed_reviews.js";
import { Trainer } from "../../../browser/arithmetic/training/trainer.js";
import { trainingRun } from "../../../browser/arithmetic/training/training_run.js";

const TRIED = 4; // batches
const FORWARD = 0.35; // the time of a batch that validates, of one that trains

// Takes a question of networks.js. Posts { pace }, seconds of an epoch, then { figures, state, correct, pace } after
// each epoch, then { weights } of the best one and { lengths }, how many words each held-out review has.
export function listen(scope) {
  scope.addEventListener("message", async ({ data: { packed, size, best, ...question } }) => {
    try {
      const reviews = await readReviews(packed);
      const data = padded(reviews, size);
      /** @type {any} */
      const whole = { relaxed: true, ...question, ...data };
      if (!question.peer) scope.postMessage({ pace: await paceOf(whole) });
      let [top, before] = [best, performance.now()];
      const last = await trainingRun(whole, (figures, state, correct) => {
        if (!top || figures.val_accuracy > top.accuracy) top = { accuracy: figures.val_accuracy, ...figures, state };
        if (question.peer?.side === 1) return; // the other side tells
        const now = performance.now();
        scope.postMessage({ figures, state, correct, pace: (now - before) / 1000 });
        before = now;
      });
      if (question.peer?.side === 1 || !last) return;
      const weights = top.epoch === question.epochs ? last : weightsOf(question.description, top.state);
      scope.postMessage({ weights, lengths: lengthsOf(reviews, question.training, size.reviews) });
    } catch (error) {
      scope.postMessage({ problem: String(error?.message ?? error) });
    }
  });
}

const lengthsOf = ({ offsets }, start, end) => (
  Uint16Array.from({ length: end - start }, (_, place) => offsets[start + place + 1] - offsets[start + place])
);

function weightsOf(description, state) {
  const trainer = new Trainer(description);
  trainer.setState(state);
  return trainer.weights;
}

// The seconds of an epoch, from the second time that some batches were trained.
async function paceOf({ description, ids, labels, training }) {
  const [size, { maxlen }] = [description.batch_size, description];
  const few = Math.min(training, TRIED * size);
  const held = Math.min(labels.length - training, size);
  const times = [];
  const sample = {
    description, training: few, epochs: 2, relaxed: true,
    ids: ids.slice(0, (few + held) * maxlen), labels: labels.slice(0, few + held),
  };
  await trainingRun(sample, () => times.push(performance.now()));
  const batches = (reviews) => reviews / size;
  const unit = (times[1] - times[0]) / 1000 / (batches(few) + FORWARD * batches(held));
  return unit * (batches(training) + FORWARD * batches(labels.length - training));
}
