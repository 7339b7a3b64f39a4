import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as settled } from "node:timers/promises";

import { changes, component } from "../../rnn_compare/dashboard/assets/common/component.js";

class Node {
  clientWidth = 800;
  isConnected = true;
  children = [];
  append(child) { this.children.push(child); }
}

// As much of a browser as a component asks for, its library there already. `resize` and `theme` change it.
function open(context, className = "rc-any", onDraw = () => {}) {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const style = { color: "black", fontFamily: "serif", getPropertyValue: () => "" };
  const [observers, classes] = [new Set(), new Set()];
  class Observer {
    constructor(act) { this.act = act; }
    observe() { observers.add(this); }
    disconnect() { observers.delete(this); }
  }
  const browser = {
    window: { Plotly: "the library" }, getComputedStyle: () => style, ResizeObserver: Observer,
    document: {
      baseURI: "https://hall.test/", createElement: () => new Node(),
      documentElement: { classList: { toggle: (name, is) => (is ? classes.add(name) : classes.delete(name)) } },
    },
  };
  Object.assign(globalThis, browser);
  context.after(() => { for (const name of Object.keys(browser)) delete globalThis[name]; });
  const told = { built: 0, updates: [], draws: 0, ended: 0, page: undefined };
  const made = component(className, (root, page) => {
    told.built += 1;
    told.page = page;
    return {
      update: (data) => { told.updates.push(data); page.redraw(); },
      draw: () => onDraw(told.draws += 1),
      end: () => { told.ended += 1; },
    };
  });
  const urls = { plotly: "/plotly.js", styles: ["/a.css", "/b.css"] };
  return {
    told, classes, ...made,
    render: (parentElement, data, more = {}) => made.render({ data, parentElement, ...more }, urls),
    resize: () => { for (const { act } of observers) act(); },
    theme: (color) => { style.color = color; context.mock.timers.tick(1000); },
  };
}

test("a place is built once, with its style sheets, and updated with every message", (context) => {
  const { render, told } = open(context);
  const [one, other] = [new Node(), new Node()];
  for (const data of [1, 2]) render(one, data);
  render(other, 3);
  assert.deepEqual([told.built, told.updates], [2, [1, 2, 3]]);
  const sheets = one.children.filter(({ rel }) => rel === "stylesheet");
  assert.deepEqual(sheets.map(({ href }) => href.pathname), ["/a.css", "/b.css"]);
});

test("the page's root has the component's class while one of its name is there", (context) => {
  const { render, dispose, classes } = open(context, "rc-own");
  const places = [new Node(), new Node()];
  for (const place of places) render(place, 1);
  const seen = places.map((place) => {
    place.isConnected = false;
    dispose(place);
    return [...classes];
  });
  assert.deepEqual(seen, [["has-rc-own"], []]);
});

test("nothing is drawn before Plotly is here, then what came meanwhile", async (context) => {
  const { render, told } = open(context);
  render(new Node(), 1);
  assert.equal(told.draws, 0);
  await settled();
  assert.equal(told.draws, 1);
  told.page.redraw();
  assert.equal(told.draws, 2);
});

test("another width or theme is drawn without a message, and a place that does not show is not", async (context) => {
  const { render, resize, theme, told } = open(context);
  const place = new Node();
  render(place, 1);
  await settled();
  resize();
  assert.equal(told.draws, 2);
  theme("white");
  assert.equal(told.draws, 3);
  theme("white");
  assert.equal(told.draws, 3);
  place.children.at(-1).clientWidth = 0;
  resize();
  assert.equal(told.draws, 3);
});

test("what could not be drawn is drawn a second later", async (context) => {
  const { render, theme, told } = open(context, "rc-any", (draws) => { if (draws === 2) throw new Error("too narrow"); });
  render(new Node(), 1);
  await settled();
  assert.throws(() => told.page.redraw(), /too narrow/);
  theme("black");
  assert.equal(told.draws, 3);
  theme("black");
  assert.equal(told.draws, 3);
});

test("it answers through the functions of the newest message", (context) => {
  const { render, told } = open(context);
  const place = new Node();
  const answers = [];
  for (const number of [1, 2]) {
    render(place, number, { setTriggerValue: (...said) => answers.push([number, ...said]) });
  }
  told.page.setTriggerValue("stop", ["a"]);
  assert.deepEqual(answers, [[2, "stop", ["a"]]]);
});

test("what has left the page is ended, what has only been moved is not", (context) => {
  const { render, resize, dispose, told } = open(context);
  const place = new Node();
  render(place, 1);
  dispose(place);
  assert.equal(told.ended, 0);
  place.isConnected = false;
  dispose(place);
  dispose(place);
  assert.equal(told.ended, 1);
  resize();
  assert.equal(told.draws, 0);
});

test("a message that comes again has not changed", () => {
  const isNew = changes();
  assert.deepEqual([{ a: 1 }, { a: 1 }, { a: 2 }, { a: 1 }].map(isNew), [true, false, true, true]);
});
