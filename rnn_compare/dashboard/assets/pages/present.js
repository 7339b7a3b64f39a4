// The keys of the presenter and of a clicker: next, back, leave. It draws nothing.

import { component } from "../common/component.js";
import { watchServer } from "./reconnect.js";

const MOVES = {
  ArrowRight: "next", PageDown: "next", " ": "next",
  ArrowLeft: "back", PageUp: "back",
  Escape: "leave",
};
const TAKES_KEYS = [
  "input:not([type=checkbox])", "textarea", "select", "[contenteditable]",
  "[role=radio]", "[role=tab]", "[role=slider]", "[role=dialog]",
].join(", ");
const STEPPER = ".rc-steps"; // it uses the arrow and space keys until it is at its end
const SCROLLED = "[data-testid=stMain]";
const OPENED = "[data-testid=stPopoverBody]"; // Esc closes it, whatever has the focus

export const { render, dispose } = component("rc-keys", (_root, { setTriggerValue }) => {
  const presses = makeQueue((told) => setTriggerValue("presses", told));
  const onKey = (event) => {
    const move = moveOf(event, document.querySelector(STEPPER)?.dataset.at);
    if (!move || event.defaultPrevented || (move === "leave" && document.querySelector(OPENED))) return;
    event.preventDefault();
    document.querySelector(SCROLLED)?.scrollTo(0, 0); // each step starts at its title
    presses.add(move);
  };
  document.addEventListener("keydown", onKey);
  const unwatch = watchServer();
  return {
    update: ({ heard }) => presses.forget(heard),
    draw() {},
    end() {
      document.removeEventListener("keydown", onKey);
      presses.forget(Infinity);
      unwatch();
    },
  };
});

// Presses that the server has not confirmed. Each message holds all of them, since only the last of two messages in
// quick succession gets through; they are sent again after 2, 4, 8 ... seconds, since a run of the page that is broken
// off loses its message. Serial numbers keep rising after a reload, so each is unique.
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
    forget(heard) {
      waiting = waiting.filter(([serial]) => serial > heard);
    },
  };
}

// The move that a key makes; undefined if the focused element uses the key.
// readAt: the stepper's position, "end" or ""; undefined without a stepper.
export function moveOf({ key, target, repeat, ctrlKey, metaKey, altKey }, readAt = undefined) {
  if (repeat || ctrlKey || metaKey || altKey || isTaken(key, target)) return undefined;
  return readAt !== undefined && isOfReading(key, readAt) ? undefined : MOVES[key];
}

function isOfReading(key, readAt) {
  return (key === " " || key.startsWith("Arrow")) && !(readAt === "end" && key === "ArrowRight");
}

function isTaken(key, target) {
  return Boolean(target.closest?.(TAKES_KEYS) || (key === " " && target.closest?.("button, summary, a, input")));
}
