// Elements of the page. Text is always set as text, never as markup.

// Appends an element with a class and a text to another.
export function element(tag, className, parent, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}

export function button(className, parent, text, act) {
  const made = element("button", className, parent, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

// Explains an element by a sentence of the glossary, to a pointer and to a keyboard; or no longer.
export function explain(node, sentence = "") {
  if (node.title === sentence) return;
  node.title = sentence;
  node.classList.toggle("rc-term", Boolean(sentence));
  if (sentence) node.tabIndex = 0;
  else node.removeAttribute("tabindex");
}

// Sets a text only if it differs, so that a selection and reading aloud are not interrupted.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
