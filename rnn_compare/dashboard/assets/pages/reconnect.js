// Reloads the wall as soon as the server answers again: Streamlit retries only every four seconds, and does not notice
// a connection that went silent.

const ANSWERS = "_stcore/health";
const CALM = 2000, LOST = 500, PATIENCE = 2500; // milliseconds between requests, and until one counts as lost

export function watchServer(
  isConnected = () => document.querySelector("[data-test-connection-state=CONNECTED]") !== null,
  load = () => location.reload(),
  ask = () => fetch(new URL(ANSWERS, document.baseURI), { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }),
) {
  let lost = 0; // unanswered requests in a row
  let noticed = false; // true once Streamlit has lost its connection too
  let timer, ended;
  const isOver = () => lost > 0 && (!isConnected() || (lost > 1 && !noticed));
  async function look() {
    const { ok } = await ask().catch(() => ({ ok: false }));
    if (ended) return;
    if (ok && isOver()) {
      load();
      return;
    }
    lost = ok ? 0 : lost + 1;
    noticed = !ok && (noticed || !isConnected());
    timer = setTimeout(look, ok ? CALM : LOST);
  }
  timer = setTimeout(look, CALM);
  return () => { ended = true; clearTimeout(timer); };
}
