// SVG elements with attributes.

const NAMESPACE = "http://www.w3.org/2000/svg";

export function addText(sheet, x, y, words, anchor = "middle") {
  const text = add(sheet, "text", { x, y, "text-anchor": anchor });
  text.textContent = words;
  return text;
}

export function add(parent, tag, attributes) {
  const made = document.createElementNS(NAMESPACE, tag);
  set(made, attributes);
  parent?.append(made);
  return made;
}

export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

const TYPE = 14; // pixels of a drawing's text

// The scale at which a drawing's text is as large as that of the element around it.
export function scaleIn(node) {
  return parseFloat(getComputedStyle(node).fontSize) / TYPE;
}
