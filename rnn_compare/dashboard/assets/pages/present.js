// The keys of the presenter or a clicker: next, back, pause; and the arrows beside the step's number. It draws nothing.

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
const STEPPER = ".rc-steps"; // uses the arrow and space keys from its first step to its last, once it was moved
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
    const move = moveOf(event, document.querySelector(STEPPER)?.dataset);
    if (!move || event.defaultPrevented || (move === "leave" && document.querySelector(OPENED))) return;
    event.preventDefault();
    go(move);
  };
  const onClick = ({ target }) => go(target.closest("[data-move]")?.dataset.move);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  const unwatch = watchServer();
  return {
    update: ({ heard }) => presses.forget(heard),
    draw() {},
    end() {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("click", onClick);
      presses.forget(Infinity);
      unwatch();
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
    forget(heard) {
      waiting = waiting.filter(([serial]) => serial > heard);
    },
  };
}

// The move that a key makes; undefined if the focused element uses the key.
// reading: the stepper's data: its position `at`, "first", "end" or "", and `moved`, once somebody has moved it.
export function moveOf({ key, target, repeat, ctrlKey, metaKey, altKey }, reading = undefined) {
  if (repeat || ctrlKey || metaKey || altKey || isTaken(key, target)) return undefined;
  return reading && isOfReading(key, reading) ? undefined : MOVES[key];
}

function isOfReading(key, { at, moved }) {
  if (key === "ArrowRight") return at !== "end";
  if (key === "ArrowLeft") return at !== "first" && moved !== undefined;
  return key === " " || key.startsWith("Arrow");
}

function isTaken(key, target) {
  return Boolean(target.closest?.(TAKES_KEYS) || (key === " " && target.closest?.("button, summary, a, input")));
}
