// The trainings of this page: what is trained, what each epoch gave, and what is kept for the next visit.

import { score } from "../../../browser/judging/scores.js";
import { questionOf, trainingsOf } from "../setup/networks.js";
import { makeQueue } from "./training_queue.js";

const SETUP = "set-up"; // the key of the texts of what is trained, and whether it was training

// changed(record, event): called whenever anything has changed; paces: estimates.js.
/** @param {{ changed: (record?: any, event?: any) => void, [rest: string]: any }} _ */
export function makeSession({ contents, kept, cores, paces, changed }) {
  let [networks, trainings] = [[], []];
  const records = new Map(); // by key
  const networkOf = ({ network: id }) => networks.find((network) => network.id === id);
  const queue = makeQueue({
    cores,
    question(key) {
      const { training, figures, state, top } = records.get(key);
      const from = state && { epochs: figures.length, state };
      return { ...questionOf(training.of, training.seed, contents), from, best: top };
    },
    on(key, event) {
      const record = records.get(key);
      if (event.pace !== undefined) Object.assign(record, { pace: event.pace, began: performance.now() });
      if (event.figures) take(record, event);
      if (event.weights) {
        const { weights, lengths } = event;
        Object.assign(record, { weights, lengths, state: undefined, top: undefined });
      }
      if (event.problem) record.problem = event.problem;
      if (event.pace !== undefined) paces.note(record.training.of, record.pace);
      if (event.figures || event.weights) keep(key, record);
      if (!isTraining()) keepSetup();
      changed(record, event);
    },
  });
  const keep = (key, { training: _training, began: _began, problem: _problem, ...record }) => kept.write(key, record);
  let texts;
  const keepSetup = () => kept.write(SETUP, { texts, isTraining: isTraining() });
  const isTraining = () => trainings.some(({ key }) => queue.isRunning(key) || queue.isWaiting(key));
  const statusOf = (key) => {
    const record = records.get(key);
    if (record.weights) return "finished";
    if (record.problem) return "failed";
    if (queue.isRunning(key)) return "running";
    if (queue.isWaiting(key)) return "waiting";
    return record.figures.length ? "stopped" : "new";
  };
  return {
    get networks() { return networks; },
    isTraining,
    // Whether the trainings of a set-up are those which are shown.
    covers: (ofSetup, setup) => keysOf(trainingsOf(ofSetup, setup)) === keysOf(trainings),
    // Shows the networks of a set-up, with what is known of them. Their texts are kept.
    async show(ofSetup, setup, itsTexts) {
      const next = trainingsOf(ofSetup, setup);
      const read = await Promise.all(next.map(({ key }) => records.get(key) ?? kept.read(key)));
      [networks, trainings, texts] = [ofSetup, next, itsTexts];
      next.forEach((training, place) => {
        const known = read[place] ?? { figures: [], correct: [] };
        records.set(training.key, { ...known, training: { ...training, of: networkOf(training) } });
      });
    },
    // Trains what is shown and not trained yet.
    train() {
      const left = trainings.map(({ key }) => key).filter((key) => !records.get(key).weights);
      for (const key of left) {
        const record = records.get(key);
        Object.assign(record, { problem: undefined, began: undefined, submitted: record.submitted ?? Date.now() });
      }
      queue.add(left);
      keepSetup();
      changed();
    },
    stop() {
      queue.stop(trainings.map(({ key }) => key));
      keepSetup();
      changed();
    },
    // Of a network, each seed's training: figures, status, seconds left.
    seedsOf: (network) => trainings.filter((training) => training.network === network.id).map(({ key, seed }) => {
      const record = records.get(key);
      return { ...record, seed, status: statusOf(key), ...clockOf(record, network.settings.epochs, statusOf(key)) };
    }),
    // What is known of a set-up's trainings: how many have ended, and how many have begun.
    async known(ofSetup, setup) {
      const read = await Promise.all(trainingsOf(ofSetup, setup).map(({ key }) => records.get(key) ?? kept.read(key)));
      return { ended: read.filter((record) => record?.weights).length, begun: read.filter(Boolean).length, all: read };
    },
  };
}

const keysOf = (trainings) => trainings.map(({ key }) => key).join();

export const keptSetup = (kept) => kept.read(SETUP);

function take(record, { figures, state, correct, pace: seconds }) {
  // Arrays are not changed: a browser that writes them may still be reading them.
  record.figures = [...record.figures, { ...figures, seconds }];
  record.correct = [...record.correct, correct];
  record.state = state;
  const isBest = !record.top || figures.val_accuracy > record.top.accuracy;
  if (isBest) record.top = { epoch: figures.epoch, accuracy: figures.val_accuracy, state };
}

// How much of a training is done, and the seconds that it will take.
function clockOf({ figures, pace, began }, epochs, status) {
  if (status === "finished") return { fraction: 1, left: 0 };
  const isRunning = status === "running" && began !== undefined && pace > 0;
  const running = isRunning ? Math.min(0.97, (performance.now() - began) / 1000 / pace) : 0;
  const left = pace > 0 ? pace * (epochs - figures.length - running) : undefined;
  return { fraction: Math.min(1, (figures.length + running) / epochs), left };
}

// The accuracy of each seed that has trained to its end, on reviews that did not choose its epoch.
export const scoresOf = (seeds) => (
  seeds.filter(({ status }) => status === "finished").map(({ correct }) => score(correct))
);
