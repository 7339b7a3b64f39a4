// The controls of questions, drawn from their data (lecture/controls.py): buttons, a slider, or a drawing.

import { element } from "../common/dom.js";
import { drawing } from "./join_draw.js";

// Buttons; the pressed one is the answer. They have values, words and, where these are not the same, another text.
function buttons(answers, onSend, look = (_place) => [], className = "") {
  const all = answers.map(([value, words, text], place) => {
    const spoken = words === text ? null : words;
    const attributes = { type: "button", "aria-pressed": "false", "aria-label": spoken };
    const button = element("button", attributes, ...look(place), text);
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

function choices({ control: { answers, grid }, colors }, onSend) {
  const swatch = (place) => {
    const color = colors && colors[place];
    if (!color) return [];
    const mark = element("span", { class: "swatch", "aria-hidden": "true" });
    mark.style.backgroundColor = color;
    return [mark];
  };
  const made = buttons(answers, onSend, swatch, grid ? "epochs" : "");
  if (grid) made.node.lastChild.classList.add("wide");
  return made;
}

function amount(number, { units: [one, many], zero }) {
  const words = `${number} ${number === 1 ? one : many}`.trim();
  return number === 0 && zero ? `${words}: ${zero}` : words;
}

// Nothing is sent before the slider was moved.
function slider({ control: scale }, onSend) {
  const { least, most, step, start, units } = scale;
  const range = { type: "range", min: least, max: most, step, value: start };
  const input = element("input", { ...range, id: "number", "aria-label": units[1] || "number" });
  const said = element("output", { class: "points", for: "number" }, "");
  const send = element("button", { type: "button", class: "send" }, "Send my answer");
  const less = element("button", { type: "button", "aria-label": `${amount(step, scale)} less` }, "–");
  const more = element("button", { type: "button", "aria-label": `${amount(step, scale)} more` }, "+");
  let isSet = false;
  const tell = () => {
    said.textContent = isSet ? amount(Number(input.value), scale) : "Move the slider";
    input.setAttribute("aria-valuetext", said.textContent);
    send.disabled = !isSet;
  };
  const move = (by) => {
    input.value = Number(input.value) + by;
    isSet = true;
    tell();
  };
  less.addEventListener("click", () => move(-step));
  more.addEventListener("click", () => move(step));
  input.addEventListener("input", () => move(0));
  send.addEventListener("click", () => onSend(Number(input.value)));
  const show = (current, isOpen) => {
    if (typeof current === "number" && !isSet) {
      input.value = current;
      isSet = true;
    }
    for (const node of [input, less, more]) node.disabled = !isOpen;
    send.hidden = !isOpen;
    tell();
  };
  return { node: element("div", {}, said, element("div", { class: "steps" }, less, input, more), send), show };
}

const CONTROLS = {
  choices: { make: choices, words: ({ answers }, answer) => new Map(answers).get(answer) },
  slider: { make: slider, words: (scale, answer) => amount(answer, scale) },
  curve: { make: drawing, words: () => "your curve" },
};

// Returns the control for a question: its ``node``, and ``show(answer, isOpen)``.
export function control(question, onSend, answer) {
  return CONTROLS[question.control.name].make(question, onSend, answer);
}

// Returns the buttons for how sure one is, a control as well.
export function confidenceControl(question, onSend) {
  return buttons(question.confidence.map((text, place) => [place, text, text]), onSend, undefined, "levels");
}

export function inWords(question, answer, confidence = null) {
  const level = (question.confidence || [])[confidence];
  return CONTROLS[question.control.name].words(question.control, answer) + (level ? ` (${level})` : "");
}
