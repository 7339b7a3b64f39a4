// The keys of the presenter or a clicker: next, back, pause; and the arrows beside the step's number. It draws nothing.

import { component } from "../common/component.js";
import { watchLecture, watchServer } from "./reconnect.js";
import { fitSteps } from "./wall_fit.js";

const MOVES = {
  ArrowRight: "next", PageDown: "next", " ": "next",
  ArrowLeft: "back", PageUp: "back",
  Escape: "leave",
};
const TAKES_KEYS = [
  "input:not([type=checkbox])", "textarea", "select", "[contenteditable]",
  "[role=radio]", "[role=tab]", "[role=slider]", "[role=dialog]",
].join(", ");
const STEPPER = ".rc-steps"; // uses the space key
const SCROLLED = "[data-testid=stMain]";
const OPENED = "[data-testid=stPopoverBody]"; // closed by Esc, whatever has the focus

export const { render, dispose } = component("rc-keys", (_root, { setTriggerValue }) => {
  const presses = makeQueue((told) => setTriggerValue("presses", told));
  const go = (move) => {
    if (!move) return;
    document.querySelector(SCROLLED)?.scrollTo(0, 0); // each step starts at its title
    presses.add(move);
  };
  const onKey = (event) => {
    const move = moveOf(event, document.querySelector(STEPPER) !== null);
    if (!move || event.defaultPrevented || (move === "leave" && document.querySelector(OPENED))) return;
    event.preventDefault();
    go(move);
  };
  const onClick = ({ target }) => go(target.closest("[data-move]")?.dataset.move);
  document.addEventListener("keydown", onKey, true); // before what is read word by word hears it
  document.addEventListener("click", onClick);
  const unwatch = watchServer();
  const unfollow = watchLecture(() => presses.repeat());
  const unfit = fitSteps();
  return {
    update: ({ heard }) => presses.forget(heard),
    end() {
      document.removeEventListener("keydown", onKey, true);
      document.removeEventListener("click", onClick);
      presses.forget(Infinity);
      unwatch();
      unfollow();
      unfit();
    },
  };
});

// Presses that the server has not confirmed. Each message contains all of them, since of two quick messages only the
// last arrives; they are repeated after 2, 4, 8 ... seconds, since an interrupted run of the page loses its message.
// Serial numbers are times, so they are unique after a reload too.
export function makeQueue(send, now = Date.now, later = setTimeout) {
  let waiting = [];
  let last = 0;
  let timer;
  const sendAll = (milliseconds) => {
    send(waiting);
    clearTimeout(timer);
    timer = later(() => { if (waiting.length) sendAll(2 * milliseconds); }, milliseconds);
  };
  return {
    add(what) {
      last = Math.max(last + 1, now());
      waiting.push([last, what]);
      sendAll(2000);
    },
    // Sends them again; without any, the page is just drawn again.
    repeat() { sendAll(2000); },
    forget(heard) {
      waiting = waiting.filter(([serial]) => serial > heard);
    },
  };
}

// The move that a key makes; undefined if the focused element uses the key, or Shift, by which the arrows move through
// what is read word by word. isRead: whether there is such a reading, which plays with the space key.
export function moveOf({ key, target, repeat, shiftKey, ctrlKey, metaKey, altKey }, isRead = false) {
  if (repeat || shiftKey || ctrlKey || metaKey || altKey || isTaken(key, target)) return undefined;
  return key === " " && isRead ? undefined : MOVES[key];
}

function isTaken(key, target) {
  return Boolean(target.closest?.(TAKES_KEYS) || (key === " " && target.closest?.("button, summary, a, input")));
}
