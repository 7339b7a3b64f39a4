// Creates, fills and finds elements of the phone's page.

const SVG = "http://www.w3.org/2000/svg";

function build(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function element(name, attributes = {}, ...children) {
  return build(document.createElement(name), attributes, children);
}

export function svgElement(name, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, name), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

export function fill(node, ...children) {
  while (node.firstChild) node.firstChild.remove();
  node.append(...children);
}

// Setting a live region to the same text would make screen readers repeat it.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function last(values) {
  return values[values.length - 1];
}

export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
