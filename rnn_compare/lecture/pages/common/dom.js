// Creates and finds elements of a lecture's pages.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

// Setting a live region to the same text would make screen readers repeat it.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
