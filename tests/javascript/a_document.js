// A document as far as the phones' scripts need one.

class Node extends EventTarget {
  constructor(tag) {
    super();
    Object.assign(this, { tag, children: [], attributes: {}, hidden: false, value: "", style: {}, dataset: {} });
    this.classes = new Set();
    this.classList = { toggle: (name, isOn) => this.classes[isOn ? "add" : "delete"](name) };
  }

  click() {
    this.dispatchEvent(new Event("click"));
  }

  showModal() {}

  close() {}

  append(...children) {
    this.children.push(...children);
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  replaceChildren(...children) {
    this.children = children;
  }

  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join(" ");
  }

  set textContent(text) {
    this.children = [text];
  }

  all(wanted) {
    return this.children.flatMap((child) => (
      child instanceof Node ? [...(wanted(child) ? [child] : []), ...child.all(wanted)] : []
    ));
  }
}

export const nodes = new Map();

export function byId(id) {
  if (!nodes.has(id)) nodes.set(id, new Node(id));
  return nodes.get(id);
}

export const document = {
  visibilityState: "visible",
  body: new Node("body"),
  addEventListener() {},
  getElementById: byId,
  createElement: (tag) => new Node(tag),
  createElementNS: (_, tag) => new Node(tag),
};
