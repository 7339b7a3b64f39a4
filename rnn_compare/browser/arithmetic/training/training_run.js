// One training as a series of epochs, in slices between which messages arrive.

import { Peer } from "./peer.js";
import { Trainer } from "./trainer.js";

const SLICE = 40; // milliseconds

// Trains some epochs of a network. `ids` and `labels` begin with the `training` reviews; the others validate. `tell` is
// called with the figures of each epoch, the state after it, from which another training may go on (`from` has the
// number of epochs done, and their state), and which reviews were right. Returns the weights; undefined if `isStopped`
// said so. `relaxed`: as `Trainer` has it, never where others' results are to be the same. `peer`: { port, side } where
// two workers share each batch. Both get the same question; side 0 tells.
/**
 * @param {{ description: Trainable, [rest: string]: any }} question
 * @param {(figures: any, state: any, correct: Uint8Array) => void} tell
 */
export async function trainingRun(question, tell, isStopped = () => false) {
  const { port1, port2 } = new MessageChannel(); // messages to oneself, for nested timers would wait 4 ms each
  const pause = () => new Promise((go) => {
    port1.addEventListener("message", go, { once: true });
    port2.postMessage(undefined);
  });
  port1.start();
  try {
    return await epochsOf(question, tell, async () => {
      await pause();
      return !isStopped();
    });
  } finally {
    port1.close(); // otherwise Node would wait for it
  }
}

// Trains; `goesOn` is a pause, after which it says whether to go on.
/** @param {any} question @param {any} tell @param {() => Promise<boolean>} goesOn */
async function epochsOf(question, tell, goesOn) {
  const { description: { maxlen }, ids, labels, training, epochs, from, peer } = question;
  const trainer = trainerOf(question);
  const part = (start, end) => (
    { ids: ids.subarray(start * maxlen, end * maxlen), labels: labels.subarray(start, end) }
  );
  const [toTrain, toValidate] = [part(0, training), part(training, labels.length)];
  const finish = finisher(goesOn);
  for (let epoch = from?.epochs ?? 0; epoch < epochs; epoch++) {
    const trained = await finish(trainer.epoch(epoch, toTrain));
    const validated = trained && await finish(trainer.evaluate(toValidate));
    if (!validated) return undefined;
    const figures = { epoch: epoch + 1, ...trained, val_accuracy: validated.accuracy, val_loss: validated.loss };
    if (!peer?.side) tell(figures, trainer.state, validated.correct);
  }
  return trainer.weights;
}

function trainerOf({ description, relaxed = false, peer, from }) {
  const trainer = new Trainer(description, { relaxed, peer: peer && new Peer(peer) });
  if (from) trainer.setState(from.state);
  return trainer;
}

// Returns a function that lets a generator come to its end, with pauses; its value is undefined if it is not to.
/** @param {() => Promise<boolean>} goesOn */
function finisher(goesOn) {
  let until = 0; // heard at once, and by the clock after that: an epoch may be shorter than a slice
  return async (work) => {
    for (let answer;;) {
      const { done, value } = work.next(answer);
      if (done) return value;
      answer = await value; // a peer's
      if (performance.now() < until) continue;
      if (!await goesOn()) return undefined;
      until = performance.now() + SLICE;
    }
  };
}
