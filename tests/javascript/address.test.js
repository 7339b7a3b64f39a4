import assert from "node:assert/strict";
import test from "node:test";

import { keepInAddress, stepInAddress } from "../../rnn_compare/dashboard/assets/common/address.js";
import { isHereOnly, link } from "../../rnn_compare/dashboard/assets/common/copy_link.js";

function at(address) {
  globalThis.location = new URL(address);
  globalThis.history = { state: null, replaceState: (_state, _title, url) => { globalThis.location = new URL(url); } };
}

test("a step is counted from 1 and brought back", () => {
  at("http://here/inside?show=a&word=3");
  assert.equal(stepInAddress("word", 9, "a text"), 2);
  keepInAddress("word", 4, "a text");
  assert.equal(location.href, "http://here/inside?show=a&word=5");
});

test("what is no step of the text is passed over", () => {
  for (const word of ["0", "10", "-1", "2.5", "x", "", "1e9"]) {
    at(`http://here/inside?word=${word}`);
    assert.equal(stepInAddress("word", 9, "another text"), undefined, word);
  }
});

test("the first step, where everybody begins, is left out", () => {
  at("http://here/inside?word=3&show=a");
  keepInAddress("word", 0, "a text");
  assert.equal(location.href, "http://here/inside?show=a");
});

test("who comes back from another page is at the same step of the same text", () => {
  at("http://here/inside");
  keepInAddress("word", 4, "a text");
  at("http://here/inside");
  assert.equal(stepInAddress("word", 9, "a text"), 4);
  assert.equal(stepInAddress("word", 9, "another text"), undefined);
});

test("a copied link has the address that others can open, if there is one", () => {
  const seen = "http://127.0.0.1:8501/course/?units=8", base = "http://10.1.2.3:8501/course";
  assert.equal(link({ show: "a", base }, seen), "http://10.1.2.3:8501/course/?units=8&show=a");
  assert.equal(link({ show: "a", base: "" }, seen), "http://127.0.0.1:8501/course/?units=8&show=a");
  assert.equal(link({ show: "", base }, "https://rnn.example/?units=8"), "https://rnn.example/?units=8");
});

test("an address of this computer is told from others", () => {
  const addresses = ["http://localhost:8501/", "http://127.0.0.1/", "http://[::1]:1/", "http://127.example/", "http://10.1.2.3/"];
  assert.deepEqual(addresses.map(isHereOnly), [true, true, true, false, false]);
});
