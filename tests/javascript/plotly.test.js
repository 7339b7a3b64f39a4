import assert from "node:assert/strict";
import test from "node:test";

// A page whose scripts are kept, to be ended by hand; each with a library of its own, as after a reload.
let pages = 0;
async function open(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const page = { scripts: [] };
  class Script extends EventTarget {
    remove() { page.scripts.splice(page.scripts.indexOf(this), 1); }
  }
  globalThis.window = {};
  globalThis.document = {
    baseURI: "https://hall.test/course/inside", createElement: () => new Script(),
    head: { append: (script) => page.scripts.push(script) },
  };
  context.after(() => { delete globalThis.window; delete globalThis.document; });
  const settle = async () => { for (let turn = 0; turn < 10; turn++) await Promise.resolve(); };
  page.tick = (milliseconds) => {
    context.mock.timers.tick(milliseconds);
    return settle();
  };
  page.end = (how) => {
    page.scripts[0].dispatchEvent(new Event(how));
    return settle();
  };
  pages += 1;
  ({ loadPlotly: page.load } = await import(`../../rnn_compare/dashboard/assets/charts/plotly.js?page=${pages}`));
  return page;
}

test("all components of a page wait for one library", async (context) => {
  const page = await open(context);
  const both = [page.load("/plotly.js"), page.load("/plotly.js")];
  await page.tick(150);
  assert.equal(page.scripts.length, 1);
  assert.equal(page.scripts[0].src, "https://hall.test/plotly.js");
  globalThis.window.Plotly = "the library";
  await page.end("load");
  assert.deepEqual(await Promise.all(both), ["the library", "the library"]);
});

test("a library that is here already is not asked for", async (context) => {
  const page = await open(context);
  globalThis.window.Plotly = "the library";
  assert.equal(await page.load("/plotly.js"), "the library");
  assert.deepEqual(page.scripts, []);
});

test("after a failed load it is asked for again, with a pause that grows", async (context) => {
  const page = await open(context);
  const loaded = page.load("/plotly.js");
  await page.tick(150);
  await page.end("error");
  await page.tick(1999);
  assert.equal(page.scripts.length, 0, "not at once");
  await page.tick(1);
  assert.equal(page.scripts.length, 1);
  await page.end("error");
  await page.tick(2000);
  assert.equal(page.scripts.length, 0);
  await page.tick(2000);
  globalThis.window.Plotly = "the library";
  await page.end("load");
  assert.equal(await loaded, "the library");
});

test("an answer that is no library, such as a hotel's sign-in page, counts as a failed load", async (context) => {
  const page = await open(context);
  page.load("/plotly.js");
  await page.tick(150);
  await page.end("load");
  await page.tick(1999);
  assert.equal(page.scripts.length, 0);
  await page.tick(1);
  assert.equal(page.scripts.length, 1);
});
