// The controls of questions (lecture/controls.py): buttons, a slider, epochs, or a drawing.

import { element } from "./join_dom.js";
import { drawing } from "./join_draw.js";

const MOST_POINTS = 50;
const STEP = 0.5;

function points(number) {
  return `${number} ${number === 1 ? "point" : "points"}`;
}

// Buttons; the pressed one is the answer.
function buttons(labels, onSend, look = (_place) => [], className = "") {
  const all = labels.map(([value, text], place) => {
    const button = element("button", { type: "button", "aria-pressed": "false" }, ...look(place), text);
    button.addEventListener("click", () => onSend(value));
    return { value, button };
  });
  const show = (current, isOpen) => {
    for (const { value, button } of all) {
      button.setAttribute("aria-pressed", value === current ? "true" : "false");
      button.disabled = !isOpen;
    }
  };
  return { node: element("div", { class: className }, ...all.map(({ button }) => button)), show };
}

function choices(question, onSend) {
  const swatch = (place) => {
    const color = question.colors && question.colors[place];
    if (!color) return [];
    const mark = element("span", { class: "swatch", "aria-hidden": "true" });
    mark.style.backgroundColor = color;
    return [mark];
  };
  return buttons(question.choices.map((text, place) => [place, text]), onSend, swatch);
}

function epochPicker(question, onSend) {
  const labels = Array.from({ length: question.epochs }, (_, place) => [place + 1, `${place + 1}`]);
  const picker = buttons([...labels, [0, `never within ${question.epochs} epochs`]], onSend, undefined, "epochs");
  picker.node.lastChild.classList.add("wide");
  for (const [place, button] of [...picker.node.children].entries())
    if (place < question.epochs) button.setAttribute("aria-label", `from epoch ${place + 1}`);
  return picker;
}

function slider(_question, onSend) {
  const range = { type: "range", min: 0, max: MOST_POINTS, step: STEP, value: 0 };
  const input = element("input", { ...range, id: "lead", "aria-label": "points" });
  const said = element("output", { class: "points", for: "lead" }, "");
  const send = element("button", { type: "button", class: "send" }, "Send my answer");
  const less = element("button", { type: "button", "aria-label": "half a point less" }, "–");
  const more = element("button", { type: "button", "aria-label": "half a point more" }, "+");
  let isTouched = false;
  const tell = () => {
    said.textContent = points(Number(input.value));
    input.setAttribute("aria-valuetext", said.textContent);
  };
  const move = (by) => {
    input.value = Number(input.value) + by;
    isTouched = true;
    tell();
  };
  less.addEventListener("click", () => move(-STEP));
  more.addEventListener("click", () => move(STEP));
  input.addEventListener("input", () => move(0));
  send.addEventListener("click", () => onSend(Number(input.value)));
  const show = (current, isOpen) => {
    if (typeof current === "number" && !isTouched) input.value = current;
    for (const node of [input, less, more]) node.disabled = !isOpen;
    send.hidden = !isOpen;
    tell();
  };
  return { node: element("div", {}, said, element("div", { class: "steps" }, less, input, more), send), show };
}

const CONTROLS = {
  choices: { make: choices, words: (question, answer) => question.choices[answer] },
  points: { make: slider, words: (_question, answer) => points(answer) },
  epochs: { make: epochPicker, words: (_question, answer) => (answer ? `from epoch ${answer}` : "never") },
  curve: { make: drawing, words: () => "your curve" },
};

// Returns the control for a question: its ``node``, and ``show(answer, isOpen)``.
export function control(question, onSend, answer) {
  return CONTROLS[question.control].make(question, onSend, answer);
}

// Returns the buttons for how sure one is, a control as well.
export function confidenceControl(question, onSend) {
  return buttons(question.confidence.map((text, place) => [place, text]), onSend, undefined, "levels");
}

export function inWords(question, answer, confidence = null) {
  const level = (question.confidence || [])[confidence];
  return CONTROLS[question.control].words(question, answer) + (level ? ` (${level})` : "");
}
