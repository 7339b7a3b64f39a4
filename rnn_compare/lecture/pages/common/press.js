// The presenter's presses: buttons, and a queue that sends each press until the server has answered it.

import { keeper } from "../../../browser/common/kept.js";
import { element } from "./dom.js";

const FIRST = 2000; // milliseconds until a press without an answer is sent again
const LONGEST = 8000;
const TROUBLE = "Not sent yet: the server does not answer. Trying again.";

// Sends presses one after the other, each with its number until it is answered, and with the place in the lecture where
// it was made: where() returns that of the latest message. onSaid is called with the sentence by
// which the server refuses a press, with one while it does not answer, and with ""; onTrouble when it does not answer.
export function makePresses({
  onSaid, where = () => null, onTrouble = () => {},
  post = postPress, client = clientOf(), now = Date.now, later = setTimeout,
}) {
  const waiting = [];
  const kept = keeper("sessionStorage", "rnn-compare press");
  let again = () => {};
  let isTroubled = false;
  let last = 0;

  function sendFirst() {
    const stop = new AbortController();
    let pause = FIRST;
    let tries = 0;
    const trouble = () => {
      isTroubled = true;
      onSaid(TROUBLE);
      onTrouble();
    };
    again = async () => {
      tries += 1;
      const mine = tries;
      later(() => {
        if (stop.signal.aborted || mine !== tries) return;
        trouble();
        again();
      }, pause);
      pause = Math.min(LONGEST, 2 * pause);
      const answer = await post(waiting[0], stop.signal); // a slow server may still answer an earlier try
      if (stop.signal.aborted) return;
      if (answer) end(answer.said || "");
      else trouble();
    };
    const end = (said) => {
      stop.abort();
      isTroubled = false;
      waiting.shift();
      onSaid(said);
      if (waiting.length) sendFirst();
    };
    again();
  }

  return {
    press(name, value = null) {
      last = Math.max(last + 1, kept.read() + 1, now()); // grows after a reload too, and where nothing is kept
      kept.write(last);
      waiting.push({ client, number: last, press: name, value, place: where() });
      if (waiting.length === 1) sendFirst();
    },
    // The server can be reached again.
    hurry() { if (isTroubled) again(); },
  };
}

// The answer of the server, or null without one.
async function postPress(message, signal) {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("stage/press", { method: "POST", headers, body: JSON.stringify(message), signal });
    return await answer.json();
  } catch {
    return null;
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
