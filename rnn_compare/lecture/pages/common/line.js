// The connection to the server: reconnects after sleep, lost networks and restarts, and reports when it is lost.

import { keeper } from "../../../browser/common/kept.js";

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 2500;
const PATIENCE = 8000;
const DOUBTED = 3000; // ms of silence after which a connection is dead that something speaks against
const REFUSED_PAUSE = 8000; // spares a full server
const CLOSED = 2; // of an EventSource: the next try is waited for

// Returns the pause before the next try, random: a class's phones do not reconnect at once.
export function pause(tries, random = Math.random) {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries) * (0.5 + random());
}

// onEvent(kind, message) is called with each event, onLine with a sentence while there is no connection, else with "";
// its second argument is the status with which the server refuses this page, else 0. silent: milliseconds of silence
// after which the connection is dead; asksAfter: the tries after which the server is asked why it refuses.
export function listen(url, { onEvent, onLine, silent, asksAfter = 3, offline = "Offline. Reconnecting." }) {
  let source = null;
  let timer = 0;
  let tries = 0;
  let heard = Date.now();
  let limit = silent;

  function open() {
    clearTimeout(timer);
    if (source) source.close();
    heard = Date.now();
    source = new EventSource(url);
    for (const kind of ["state", "own", "counts", "beat"])
      source.addEventListener(kind, ({ data }) => {
        heard = Date.now();
        limit = silent;
        tries = 0;
        onLine("", 0);
        onEvent(kind, JSON.parse(data));
      });
    source.addEventListener("error", lost);
  }

  async function lost() {
    source.close();
    onLine(offline, 0);
    clearTimeout(timer);
    timer = setTimeout(open, pause(tries));
    tries += 1;
    const { said, status } = tries % asksAfter === 0 ? await refusal(url) : ACCEPTED;
    if (!said) return;
    onLine(said, status);
    clearTimeout(timer);
    timer = setTimeout(open, REFUSED_PAUSE * (0.5 + Math.random()));
  }

  // A page that was asleep did not notice the server's silence. Nothing is asked on a silent line: a browser has six
  // connections to a server, and what hangs would take them all.
  function check() {
    if (document.visibilityState !== "visible" || source.readyState === CLOSED || Date.now() - heard <= limit) return;
    onLine(offline, 0);
    open();
  }
  setInterval(check, silent / 8);
  document.addEventListener("visibilitychange", check);
  addEventListener("online", open);
  addEventListener("offline", lost);
  addEventListener("pageshow", ({ persisted }) => persisted && open());
  open();
  return { doubt() { limit = DOUBTED; } };
}

const ACCEPTED = { said: "", status: 0 };

// Returns the sentence and the status with which the server refuses this page.
async function refusal(url) {
  const stop = new AbortController();
  try {
    const answer = await fetch(url, { signal: stop.signal });
    return answer.ok ? ACCEPTED : { said: (await answer.json()).said, status: answer.status };
  } catch {
    return ACCEPTED;
  } finally {
    stop.abort();
  }
}

const kept = keeper("localStorage", "rnn-compare message number");
let latest = 0;

// A number above all that this phone has sent: the server drops a message that comes after a later one of its kind.
// Where nothing is kept, the clock's milliseconds do for the next page.
function nextNumber() {
  latest = Math.max(latest + 1, kept.read() + 1, Date.now());
  kept.write(latest);
  return latest;
}

// Sends a message; returns ``{ kept }``, a refusal ``{ said }``, or null if it may be sent again.
export async function send(url, message) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...message, number: nextNumber() }),
      signal: stop.signal,
    });
    return [408, 429].includes(answer.status) || answer.status >= 500 ? null : await answer.json();
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
