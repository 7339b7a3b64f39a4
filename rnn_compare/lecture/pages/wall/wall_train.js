// The wall's browser trains networks of the class that no phone has trained, and some of the phones' again.

/* oxlint-disable unicorn/require-post-message-target-origin -- a worker's messages have none */

const AGAIN = 10_000; // milliseconds until what was sent, and is wanted still, is trained again: it was not kept

// Returns a function that takes the wall's message at each event. `send` is called with each network that this browser
// has trained, as the server takes it; `right` is empty if it cannot train.
/** @param {(network: { cell: string, seed: number, right: number[], correct: string }) => void} send */
export function makeTraining(send, makeWorker = () => new Worker("wall/worker.js"), now = Date.now) {
  const sent = new Map(); // when, by seed
  let lecture = 0;
  /** @type {{ cell: string, seed: number }[]} */
  let wanted = [];
  /** @type {any} */
  let training = null; // one of those
  /** @type {Worker | null} */
  let worker = null;

  function goOn() {
    const due = wanted.filter(({ seed }) => !(now() - sent.get(seed) < AGAIN));
    if (training || !due.length) return;
    training = due[Math.floor(Math.random() * due.length)]; // another wall hardly trains the same
    try {
      worker ??= begun();
      worker.postMessage({ train: training });
    } catch {
      giveUp();
    }
  }

  function begun() {
    const made = makeWorker();
    made.addEventListener("message", ({ data: { done, problem } }) => {
      if (problem) giveUp();
      if (done) finish(done);
    });
    made.addEventListener("error", ({ message }) => (message ? giveUp() : stop())); // without, it did not arrive
    made.postMessage({ fetch: new URL("join/task", location.href).href });
    return made;
  }

  function finish(network) {
    training = null;
    sent.set(network.seed, now());
    send(network);
    goOn();
  }

  // Says so once: what it could not train stays its last.
  function giveUp() {
    send({ ...training, right: [], correct: "" });
  }

  function stop() {
    worker?.terminate();
    [worker, training] = [null, null];
  }

  /** @param {WallState} state */
  return (state) => {
    if (state.lecture !== lecture || !state.train?.length) stop();
    [lecture, wanted] = [state.lecture, state.train ?? []];
    goOn();
  };
}
