// A document as far as the phones' scripts need one.

export class Node extends EventTarget {
  constructor(tag) {
    super();
    Object.assign(this, { tag, children: [], attributes: {}, hidden: false, value: "", dataset: {} });
    this.style = { setProperty() {} };
    this.classes = new Set();
    this.classList = {
      add: (name) => this.classes.add(name),
      toggle: (name, isOn) => this.classes[isOn ? "add" : "delete"](name),
    };
  }

  click() {
    this.dispatchEvent(new Event("click"));
  }

  showModal() {}

  close() {}

  append(...children) {
    this.children.push(...children);
  }

  insertBefore(child, next) {
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, child);
    child.remove = () => this.children.splice(this.children.indexOf(child), 1);
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

  querySelector(selector) {
    return this.all(({ className = "" }) => selector === `.${className.split(" ")[0]}`)[0] ?? null;
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
