// The presenter's presses: buttons, and a queue that sends each press until the server has answered it.

import { keeper } from "../../../browser/common/kept.js";
import { element } from "./dom.js";

const FIRST = 2000; // milliseconds until a press without an answer is sent again
const LONGEST = 8000;
const TROUBLE = "Not sent yet: the server does not answer. Trying again.";

// Sends presses one after the other, each with its number until it is answered. onSaid is called with the sentence by
// which the server refuses a press, with one while it does not answer, and with "".
export function makePresses({ post = postPress, onSaid, client = clientOf(), now = Date.now, later = setTimeout }) {
  const waiting = [];
  const kept = keeper("sessionStorage", "rnn-compare press");
  /** @type {(value?: any) => void} */
  let goOn = () => {};
  let isSending = false, last = 0;

  async function sendAll() {
    if (isSending) return;
    isSending = true;
    while (waiting.length) {
      const said = await answered(waiting[0]);
      waiting.shift();
      onSaid(said);
    }
    isSending = false;
  }

  async function answered(message) {
    for (let pause = FIRST; ; pause = Math.min(LONGEST, 2 * pause)) {
      const over = new Promise((go) => { goOn = go; later(go, pause); });
      const answer = await post(message, pause);
      if (answer) return answer.said || "";
      onSaid(TROUBLE);
      await over;
    }
  }

  return {
    press(name, value = null) {
      last = Math.max(last + 1, kept.read() + 1, now()); // grows after a reload too, and where nothing is kept
      kept.write(last);
      waiting.push({ client, number: last, press: name, value });
      sendAll();
    },
    // The server can be reached again.
    hurry() { goOn(); },
  };
}

// The answer of the server, or null without one in time.
async function postPress(message, patience) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify(message);
    return await (await fetch("stage/press", { method: "POST", headers, body, signal: stop.signal })).json();
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

// A page's own name, which it keeps when it is loaded again.
function clientOf() {
  const kept = keeper("sessionStorage", "rnn-compare client");
  const client = kept.read() ?? [...crypto.getRandomValues(new Uint32Array(3))].join("-");
  kept.write(client);
  return client;
}

// The buttons for presses. One that needs a text or a choice asks for it in a dialog.
/** @param {Press[]} presses @param {(press: string, value?: any) => void} act */
export function pressButtons(presses, act) {
  return presses.map((press) => button(press, () => (
    press.input || press.choices ? ask(press, act) : act(press.press, press.value)
  )));
}

function button({ label, help = "", primary = false, on = null }, act) {
  const attributes = { type: "button", class: primary ? "primary" : "", title: help || null };
  const made = element("button", { ...attributes, "aria-pressed": on === null ? null : `${on}` }, label);
  made.addEventListener("click", act);
  return made;
}

/** @param {Press} press */
function ask({ label, press, input, choices = [] }, act) {
  const dialog = /** @type {HTMLDialogElement} */ (element("dialog", { "aria-label": label }));
  const answer = (value) => () => {
    act(press, value());
    dialog.close();
  };
  for (const choice of choices) dialog.append(button(choice, answer(() => choice.value)));
  if (input) {
    const box = element("textarea", { id: "text-to-send", rows: 5, maxlength: input.most }, input.value);
    dialog.append(element("label", { for: "text-to-send" }, input.label), box);
    dialog.append(button({ label, primary: true }, answer(() => box.value)));
  }
  dialog.append(button({ label: "Cancel" }, () => dialog.close()));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // beside it
  document.body.append(dialog);
  dialog.showModal();
}
