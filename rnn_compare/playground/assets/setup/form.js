// The fields of a set-up. They hold texts; what is wrong with one is said below it.

import { button, element, setText } from "../../../browser/common/dom.js";
import { textsOf } from "./setup_values.js";

const OWN = "Own settings";
const MAIN = ["units", "maxlen", "epochs", "reviews", "seeds"];
const MORE = ["forget_bias", "optimizer", "learning_rate", "batch_size", "embedding_size", "vocabulary_size",
  "recurrent_initializer", "validation_split", "seed"];
const SWITCHES = ["mask_padding", "equal_parameters"];
const LABELS = { seeds: "Seeds", equal_parameters: "Equal parameters" };
const SEVERAL = new Set(["units", "maxlen"]);
const EQUAL = "Only the network with the most parameters has these units; each other one has as many as bring it "
  + "closest to that number. Embedding and Dense do not count.";

// onChange(texts): called after each change. Returns write(texts), show(problems) and the place below the fields.
export function buildSetup(root, contents, onChange) {
  let texts = {};
  const fields = {};
  const change = (changes) => {
    texts = { ...texts, ...changes };
    write(texts);
    onChange(texts);
  };
  const { presets } = contents;
  const preset = select(labelled(root, "Preset"), [...presets.map(({ name }) => name), OWN]);
  const question = element("p", "soft", root);
  preset.addEventListener("change", () => {
    const chosen = presets.find(({ name }) => name === preset.value);
    if (chosen) change(textsOf(chosen));
    else write(texts);
  });
  const chips = buildChips(root, contents, () => texts.cell, (cell) => change({ cell }));
  fields.cell = chips;
  const main = element("div", "setup-grid setup-main", root);
  for (const name of MAIN) fields[name] = buildField(main, name, contents, change);
  const more = element("details", "", root);
  element("summary", "", more, "More settings");
  const rest = element("div", "setup-grid", more);
  const sources = Object.entries(contents.sources);
  if (sources.length > 1) {
    fields.source = buildChoice(rest, "source", contents, sources.map(([name, { title }]) => [name, title]), change);
  }
  for (const name of MORE) {
    const options = contents.choices[name]?.map((choice) => [choice, choice]);
    fields[name] = options ? buildChoice(rest, name, contents, options, change)
      : buildField(rest, name, contents, change);
  }
  for (const name of SWITCHES) fields[name] = buildSwitch(rest, name, contents, change);

  function write(next) {
    texts = next;
    for (const [name, field] of Object.entries(fields)) field.write(texts[name]);
    const isSame = (other) => Object.entries(textsOf(other)).every(([name, text]) => texts[name] === text);
    const present = presets.find(isSame);
    preset.value = present?.name ?? OWN;
    setText(question, present?.question ?? "They are saved in the page's address.");
  }
  return {
    write,
    change,
    show(problems) {
      for (const [name, field] of Object.entries(fields)) field.complain(problems[name] ?? "");
      if (!(more.open || [...MORE, ...SWITCHES].every((name) => !problems[name]))) more.open = true;
    },
    get preset() { return presets.find(({ name }) => name === preset.value); },
  };
}

function labelled(parent, text, className = "setup-field") {
  const label = element("label", className, parent);
  element("span", "", label, text);
  return label;
}

function select(label, options) {
  const made = element("select", "", label);
  for (const option of options) {
    const [value, text] = Array.isArray(option) ? option : [option, option];
    element("option", "", made, text).value = value;
  }
  return made;
}

// A sentence below a field, read aloud with it.
function complaining(parent, control, name) {
  const sentence = element("p", "setup-problem", parent);
  sentence.id = `problem-${name}`;
  sentence.hidden = true;
  return (text) => {
    setText(sentence, text);
    sentence.hidden = !text;
    control.setAttribute("aria-invalid", `${Boolean(text)}`);
    if (text) control.setAttribute("aria-describedby", sentence.id);
    else control.removeAttribute("aria-describedby");
  };
}

function frame(parent, name, { labels, help }, className) {
  const box = element("div", "", parent);
  const label = labelled(box, labels[name] ?? LABELS[name], className);
  label.title = help[name] ?? (name === "equal_parameters" ? EQUAL : "");
  return { box, label };
}

function buildField(parent, name, contents, change) {
  const { box, label } = frame(parent, name, contents);
  const input = element("input", "", label);
  Object.assign(input, { type: "text", inputMode: SEVERAL.has(name) ? "text" : "decimal", autocomplete: "off" });
  input.dataset.name = name;
  if (name === "forget_bias") input.placeholder = "the cell's own";
  input.addEventListener("change", () => change({ [name]: input.value.trim() }));
  return { write: (text) => { input.value = text; }, complain: complaining(box, input, name) };
}

function buildChoice(parent, name, contents, options, change) {
  const { box, label } = frame(parent, name, contents);
  const made = select(label, options);
  made.dataset.name = name;
  made.addEventListener("change", () => change({ [name]: made.value }));
  return { write: (text) => { made.value = text; }, complain: complaining(box, made, name) };
}

function buildSwitch(parent, name, contents, change) {
  const { box, label } = frame(parent, name, contents, "setup-switch");
  const input = element("input", "", label);
  input.type = "checkbox";
  input.dataset.name = name;
  label.prepend(input);
  input.addEventListener("change", () => change({ [name]: `${input.checked}` }));
  return { write: (text) => { input.checked = text === "true"; }, complain: complaining(box, input, name) };
}

function buildChips(root, { cells, labels, help }, read, change) {
  const group = element("fieldset", "setup-chips", root);
  element("legend", "", group, labels.cell);
  const made = Object.values(cells).map(({ name, year, shades: [color] }) => {
    const chip = button("", group, name, () => {
      const chosen = read().split(",").filter(Boolean);
      const isChosen = chosen.includes(name);
      change((isChosen ? chosen.filter((other) => other !== name) : [...chosen, name]).join(","));
    });
    chip.style.setProperty("--rc-color", color);
    chip.title = year ? `${name}, ${year}` : name;
    return chip;
  });
  group.title = help.cell;
  const complain = complaining(root, group, "cell");
  return {
    write(text) {
      const chosen = text.split(",");
      for (const chip of made) chip.setAttribute("aria-pressed", `${chosen.includes(chip.textContent)}`);
    },
    complain,
  };
}
