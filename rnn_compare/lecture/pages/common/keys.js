// The keys of the presenter or a clicker: next, back, and out of the lecture.

const MOVES = {
  ArrowRight: "next", PageDown: "next", " ": "next",
  ArrowLeft: "back", PageUp: "back",
  Escape: "leave",
};
const TAKES_KEYS = "input:not([type=checkbox]), textarea, select, [contenteditable], [role=slider], dialog";

// The move that a key makes; undefined if the focused element uses the key, or Shift, by which the arrows move through
// what is read word by word. isRead: whether there is such a reading, which plays with the space key.
export function moveOf({ key, target, repeat, shiftKey, ctrlKey, metaKey, altKey }, isRead = false) {
  if (repeat || shiftKey || ctrlKey || metaKey || altKey || isTaken(key, target)) return undefined;
  return key === " " && isRead ? undefined : MOVES[key];
}

function isTaken(key, target) {
  return Boolean(target.closest?.(TAKES_KEYS) || (key === " " && target.closest?.("button, summary, a, input")));
}
