// The controls of a player: buttons, a slider, a choice of pace, and the arrow and space keys.

import { button, element, setText } from "./dom.js";
import { makePlayer } from "./player.js";

const PACES = [1, 2, 4, 8]; // steps per second
const TAKES_KEYS = "input, textarea, select, [role=radio], [role=tab], [role=slider], [contenteditable]";
const capital = (text) => text[0].toUpperCase() + text.slice(1);

// unit: the name of a step, such as "word"; at: the first step shown; where(at): the position
// in words; onStep draws a step; onRest is called with the step when nothing plays.
export function buildStepper(parent, { unit, count, at, pace, where, onStep, onRest = (_now) => {} }) {
  const bar = element("div", "rc-steps", parent);
  const tell = (now) => {
    slider.value = now;
    position.textContent = where(now);
  };
  const player = makePlayer({
    count, at, pace,
    onStep: (now) => { tell(now); onStep(now); if (!player.plays) onRest(now); },
    onPlay(plays) {
      const act = plays ? "Pause" : "Play";
      setText(playing, act);
      describe(playing, `${act} (space)`);
      if (!plays) onRest(player.at);
    },
  });
  const press = (text, label, act) => {
    const made = button("", bar, text, act);
    describe(made, label);
    return made;
  };
  const pressIcon = (icon, ...rest) => element("i", `rc-icon rc-icon-${icon}`, press("", ...rest));
  pressIcon("first", `First ${unit}`, () => player.jump(0));
  pressIcon("back", `${capital(unit)} before (Shift + arrow left)`, () => player.jump(player.at - 1));
  const playing = press("Play", "Play (space)", () => player.toggle());
  playing.className = "rc-play";
  pressIcon("next", `Next ${unit} (Shift + arrow right)`, () => player.jump(player.at + 1));
  const slider = element("input", "", bar);
  Object.assign(slider, { type: "range", min: 0, max: count - 1, step: 1 });
  slider.setAttribute("aria-label", capital(unit));
  slider.addEventListener("input", () => player.jump(Number(slider.value)));
  buildPaces(bar, unit, player);
  const position = element("span", "rc-where", bar);
  tell(player.at);

  const isInSight = () => { // out of sight, keys scroll the page as elsewhere
    const { top, bottom } = bar.getBoundingClientRect();
    return bar.isConnected && bottom > 0 && top < innerHeight;
  };
  const onKey = (event) => {
    const act = actOf(event, player, count);
    if (act && isInSight() && !event.defaultPrevented) { event.preventDefault(); act(); }
  };
  document.addEventListener("keydown", onKey);
  return {
    get at() { return player.at; },
    get pace() { return player.pace; },
    jump: player.jump,
    end() {
      player.pause();
      document.removeEventListener("keydown", onKey);
    },
  };
}

function describe(node, label) {
  node.title = label;
  node.setAttribute("aria-label", label);
}

function buildPaces(bar, unit, player) {
  const paces = element("select", "", bar);
  paces.setAttribute("aria-label", "Pace");
  for (const steps of PACES) {
    const option = element("option", "", paces, `${steps} ${unit}${steps > 1 ? "s" : ""} a second`);
    option.value = steps;
    option.selected = steps === player.pace;
  }
  paces.addEventListener("change", () => player.setPace(Number(paces.value)));
}

// The action of a key; undefined if the focused element uses the key.
export function actOf({ key, target, ctrlKey, metaKey, altKey }, player, count) {
  if (ctrlKey || metaKey || altKey || target.closest?.(TAKES_KEYS)) return undefined;
  if (key === " " && target.closest?.("button")) return undefined; // the key presses that button
  // Beyond its ends a key is left to the page.
  const by = (steps) => player.at + steps >= 0 && player.at + steps < count && (() => player.jump(player.at + steps));
  return {
    ArrowLeft: by(-1),
    ArrowRight: by(1),
    Home: () => player.jump(0),
    End: () => player.jump(count - 1),
    " ": () => player.toggle(),
  }[key];
}
