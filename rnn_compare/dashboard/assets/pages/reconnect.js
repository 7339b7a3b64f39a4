// Reloads the wall once the server answers again: Streamlit retries only every four seconds and does not notice a
// silent connection.

const ANSWERS = "_stcore/health";
const CALM = 2000, LOST = 500; // milliseconds between requests
// Milliseconds to wait for an answer, short enough to notice a silence of four seconds, after which the connection is
// dead.
const PATIENCE = 2500, LOST_PATIENCE = 1000;

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
