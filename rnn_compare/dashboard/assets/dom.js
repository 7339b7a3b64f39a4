// Makes an element with its class and text, as the last child of another. Text is never read as markup.
export function element(tag, className, parent, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}
