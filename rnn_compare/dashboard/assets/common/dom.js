// Elements of the page. Text is always set as text, never read as markup.

// Makes an element with its class and text, as the last child of another.
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

// Sets a text only where it differs: what is selected or read aloud stays undisturbed.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
