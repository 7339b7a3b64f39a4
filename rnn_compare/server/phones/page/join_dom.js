// Elements of the phone's page: made, filled and found.

const SVG = "http://www.w3.org/2000/svg";

function made(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function element(name, attributes = {}, ...children) {
  return made(document.createElement(name), attributes, children);
}

export function drawn(name, attributes = {}, ...children) {
  return made(document.createElementNS(SVG, name), attributes, children);
}

export function part(id) {
  return document.getElementById(id);
}

export function fill(node, ...children) {
  while (node.firstChild) node.firstChild.remove();
  node.append(...children);
}

// A live region that is set to what it says already would be read aloud again.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function last(values) {
  return values[values.length - 1];
}

export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
