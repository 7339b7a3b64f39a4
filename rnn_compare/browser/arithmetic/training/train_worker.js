// A worker that trains: it takes a question for `trainingRun`, posts { figures, state, correct } after each epoch, then
// { weights }. To stop it, end the worker.

/* oxlint-disable unicorn/require-post-message-target-origin -- a worker's messages have none */

import { trainingRun } from "./training_run.js";

export function listen(scope) {
  scope.addEventListener("message", async ({ data }) => {
    try {
      const tell = (figures, state, correct) => scope.postMessage({ figures, state, correct });
      scope.postMessage({ weights: await trainingRun(data, tell) });
    } catch (error) {
      scope.postMessage({ problem: String(error?.message ?? error) });
    }
  });
}
