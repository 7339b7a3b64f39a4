// Stepping through something and playing it: buttons, a slider, a pace, and the keyboard's arrows and space.

import { element } from "./dom.js";

const PACES = [1, 2, 4, 8]; // steps a second
const capital = (text) => text[0].toUpperCase() + text.slice(1);

// unit: what one step is, such as "word"; where(at) says where one is; onStep draws it.
export function stepper(parent, { unit, count, pace, where, onStep }) {
  const bar = element("div", "rc-steps", parent);
  const steps = { at: count - 1, pace, bar };
  let timer;
  const button = (text, label, act) => {
    const made = element("button", "", bar, text);
    made.type = "button";
    made.title = label;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };
  button("⏮", `First ${unit}`, () => steps.jump(0));
  button("◀", `${capital(unit)} before (arrow left)`, () => steps.jump(steps.at - 1));
  const playing = button("Play", "Play (space)", () => steps.toggle());
  playing.className = "rc-play";
  button("▶", `Next ${unit} (arrow right)`, () => steps.jump(steps.at + 1));
  const slider = element("input", "", bar);
  Object.assign(slider, { type: "range", min: 0, max: count - 1, step: 1 });
  slider.setAttribute("aria-label", capital(unit));
  slider.addEventListener("input", () => steps.jump(Number(slider.value)));
  const paces = element("select", "", bar);
  paces.setAttribute("aria-label", "Pace");
  for (const each of PACES) {
    const option = element("option", "", paces, `${each} ${unit}${each > 1 ? "s" : ""} a second`);
    option.value = each;
    option.selected = each === pace;
  }
  paces.addEventListener("change", () => {
    steps.pace = Number(paces.value);
    if (timer) { steps.pause(); steps.play(); }
  });
  const said = element("span", "rc-where", bar);

  const go = (to) => {
    steps.at = Math.max(0, Math.min(count - 1, to));
    slider.value = steps.at;
    said.textContent = where(steps.at);
    onStep(steps.at);
  };
  steps.jump = (to) => { steps.pause(); go(to); };
  steps.toggle = () => (timer ? steps.pause() : steps.play());
  steps.play = () => {
    // What moves stands below the bar: as much of it as fits is to be seen.
    bar.scrollIntoView({ block: "start", behavior: "smooth" });
    if (steps.at === count - 1) go(0);
    playing.textContent = "Pause";
    timer = setInterval(() => {
      go(steps.at + 1);
      if (steps.at === count - 1) steps.pause();
    }, 1000 / steps.pace);
  };
  steps.pause = () => {
    clearInterval(timer);
    timer = undefined;
    playing.textContent = "Play";
  };
  const onKey = (event) => {
    if (event.target.closest?.("input, textarea, select, [role=radio], [role=tab], [role=slider], [contenteditable]")) return;
    if (event.key === " " && event.target.closest?.("button")) return; // it presses that button
    if (!bar.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowLeft: () => steps.jump(steps.at - 1),
      ArrowRight: () => steps.jump(steps.at + 1),
      Home: () => steps.jump(0),
      End: () => steps.jump(count - 1),
      " ": () => steps.toggle(),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  };
  document.addEventListener("keydown", onKey);
  steps.end = () => {
    steps.pause();
    document.removeEventListener("keydown", onKey);
  };
  return steps;
}
