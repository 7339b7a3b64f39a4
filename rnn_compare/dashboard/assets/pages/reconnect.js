// Keeps the wall up to date where Streamlit does not: it retries only every four seconds, does not notice a silent
// connection, and may lose what it has drawn.

const ANSWERS = "_stcore/health", VERSION = "join/version";
const CALM = 2000, LOST = 500; // milliseconds between requests
// Milliseconds to wait for an answer, short enough to notice a silence of four seconds, after which the connection is
// dead.
const PATIENCE = 2500, LOST_PATIENCE = 1000;

// Answers in a row by which the lecture is elsewhere than a wall that does not change: it is drawn again, or loaded.
const BEHIND = 3, LOST_TRACK = 12;

// Reloads the wall once the server answers again.
export function watchServer(
  isConnected = () => document.querySelector("[data-test-connection-state=CONNECTED]") !== null,
  load = () => location.reload(),
  ask = (patience) =>
    fetch(new URL(ANSWERS, document.baseURI), { cache: "no-store", signal: AbortSignal.timeout(patience) }),
) {
  let lost = false; // the last request had no answer
  let noticed = false; // true once Streamlit has lost its connection too
  let timer, ended;
  // If Streamlit did not notice, its connection may be dead; otherwise it has reconnected.
  const isOver = () => lost && !(noticed && isConnected());
  async function look() {
    const { ok } = await ask(lost ? LOST_PATIENCE : PATIENCE).catch(() => ({ ok: false }));
    if (ended) return;
    if (ok && isOver()) {
      load();
      return;
    }
    lost = !ok;
    noticed = !ok && (noticed || !isConnected());
    timer = setTimeout(look, ok ? CALM : LOST);
  }
  timer = setTimeout(look, CALM);
  return () => { ended = true; clearTimeout(timer); };
}

// Draws the wall again if it does not show the lecture's state, whose version its last element has; but not while the
// page's script runs, which would begin again.
export function watchLecture(
  drawAgain,
  load = () => location.reload(),
  shown = () => document.querySelector(".rc-wall-foot")?.getAttribute("data-version"),
  isRunning = () => document.querySelector("[data-test-script-state=running]") !== null,
  ask = () => fetch(new URL(VERSION, document.baseURI), { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }),
) {
  let before, timer, ended;
  let behind = 0;
  async function look() {
    const version = await ask().then((answer) => (answer.ok ? answer.text() : undefined)).catch(() => undefined);
    if (ended) return;
    const now = shown();
    const isBehind = version !== undefined && now !== version && now === before;
    before = now;
    if (!isBehind) behind = 0;
    else if (!isRunning()) {
      behind += 1;
      if (behind === BEHIND) drawAgain();
      if (behind === LOST_TRACK) load();
    }
    timer = setTimeout(look, CALM);
  }
  timer = setTimeout(look, CALM);
  return () => { ended = true; clearTimeout(timer); };
}
