// Has the server make a cookie, which no script can read, of the token that the presenter's page got for the pass.

const ANSWERS = "_stcore/health"; // any answer can bring the cookie
const TRIES = 30, PAUSE = 1000; // milliseconds
let shown; // a page is drawn many times with the same token

export function render({ data }) {
  if (data.token === shown) return;
  shown = data.token;
  show(data, TRIES);
}

export function dispose() {
  // The next page has the same sign-in.
}

async function show({ header, token }, tries) {
  const request = { headers: { [header]: token }, cache: "no-store" };
  const { ok } = await fetch(new URL(ANSWERS, document.baseURI), request).catch(() => ({ ok: false }));
  if (!ok && tries > 1) setTimeout(show, PAUSE, { header, token }, tries - 1);
}
