// Trainings in workers made of this page's own script, as many at a time as the machine has cores.

/* oxlint-disable unicorn/require-post-message-target-origin -- a worker's messages have none */

const MOST_WORKERS = 4;
const WORTH = 4; // seconds of an epoch from which a second core is worth a start of two workers

export const coresOf = ({ hardwareConcurrency: cores }) => Math.max(1, Math.min(MOST_WORKERS, cores || 1));

// on(key, event): called with { pace }, { figures, state, correct }, { weights } or { problem }. question(key): what is
// trained, with `from` after some epochs.
export function makeQueue({ cores, question, on }) {
  let waiting = [];
  const running = new Map(); // by key: { workers, pace, isShared }
  const source = new Blob([document.querySelector("script[type=module]").textContent], { type: "text/javascript" });

  const end = (key) => {
    for (const worker of running.get(key)?.workers ?? []) worker.terminate();
    running.delete(key);
  };
  const hear = (key, data) => {
    const isOver = Boolean(data.weights || data.problem);
    if (isOver) {
      end(key);
      fill();
    } else if (data.pace !== undefined) running.get(key).pace = data.pace;
    on(key, data);
    if (data.figures) share(key);
  };
  const start = (key, sides) => {
    const address = URL.createObjectURL(source);
    const { port1, port2 } = new MessageChannel();
    const entry = { workers: [], pace: running.get(key)?.pace, isShared: sides > 1 };
    running.set(key, entry);
    try {
      for (let side = 0; side < sides; side++) {
        const worker = new Worker(address);
        entry.workers.push(worker);
        worker.addEventListener("message", ({ data }) => { if (running.get(key) === entry) hear(key, data); });
        worker.addEventListener("error", ({ message }) => {
          if (running.get(key) === entry) hear(key, { problem: message || "this browser allows no workers" });
        });
        const peer = sides > 1 ? { port: [port1, port2][side], side } : undefined;
        worker.postMessage({ ...question(key), peer }, peer ? [peer.port] : []);
      }
    } catch (error) {
      hear(key, { problem: String(error?.message ?? error) });
    }
  };
  // The last network left takes two cores, from its next epoch on. They add in another order: the last bits of its
  // weights are others than one core's.
  const share = (key) => {
    const entry = running.get(key);
    if (waiting.length || running.size > 1 || cores < 2 || entry.isShared || !(entry.pace > WORTH)) return;
    if (question(key).from?.epochs >= question(key).epochs) return;
    for (const worker of entry.workers) worker.terminate();
    start(key, 2);
  };
  const fill = () => {
    while (waiting.length && running.size < cores) start(waiting.shift(), 1);
  };
  return {
    add(keys) {
      waiting.push(...keys.filter((key) => !running.has(key) && !waiting.includes(key)));
      fill();
    },
    // Ends trainings; their last epoch is not lost.
    stop(keys) {
      waiting = waiting.filter((key) => !keys.includes(key));
      keys.forEach(end);
      fill();
    },
    isRunning: (key) => running.has(key),
    isWaiting: (key) => waiting.includes(key),
  };
}
