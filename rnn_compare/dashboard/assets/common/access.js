// Draws the page again once another access rule counts than when it was drawn (server/access/rules.py).

const PAUSE = 3000; // milliseconds
let drawn, asked; // the message of the page's latest run, and the one for which a new run was asked

export function render(message) {
  if (!drawn) setTimeout(look, PAUSE);
  drawn = message;
}

async function look() {
  const version = await fetch(new URL(drawn.data.url, document.baseURI), { cache: "no-store" })
    .then((answer) => (answer.ok ? answer.text() : undefined))
    .catch(() => undefined);
  if (version !== undefined && version !== drawn.data.version && asked !== drawn) {
    asked = drawn; // another trigger would begin that run anew
    drawn.setTriggerValue("changed", true);
  }
  setTimeout(look, PAUSE);
}
