// The presenter's keys, and those of a clicker: on, back, away. It draws nothing.

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
const STEPPER = ".rc-steps"; // what reads word by word has arrows and Space for itself until it is at its end
const SCROLLED = "[data-testid=stMain]";
const OPENED = "[data-testid=stPopoverBody]"; // Esc closes it, wherever the focus is

export const { render, dispose } = component("rc-keys", (_root, { setTriggerValue }) => {
  const presses = makeQueue((told) => setTriggerValue("presses", told));
  const onKey = (event) => {
    const move = moveOf(event, document.querySelector(STEPPER)?.dataset.at);
    if (!move || event.defaultPrevented || (move === "leave" && document.querySelector(OPENED))) return;
    event.preventDefault();
    document.querySelector(SCROLLED)?.scrollTo(0, 0); // each step begins at its title
    presses.add(move);
  };
  document.addEventListener("keydown", onKey);
  const unwatch = watchServer();
  return {
    update: ({ heard }) => presses.forget(heard),
    draw() {},
    end() {
      document.removeEventListener("keydown", onKey);
      unwatch();
    },
  };
});

// Presses that the server is not known to have heard. Each message holds all of them: of two within a moment only the
// last gets through. Serial numbers go on after a reload, and are those of no other press.
export function makeQueue(send, now = Date.now) {
  let waiting = [];
  let last = 0;
  return {
    add(what) {
      last = Math.max(last + 1, now());
      waiting.push([last, what]);
      send(waiting);
    },
    forget(heard) {
      waiting = waiting.filter(([serial]) => serial > heard);
    },
  };
}

// Where a key leads; nowhere where it belongs to what has the focus.
// readAt: "end" or "" where something is read word by word.
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
