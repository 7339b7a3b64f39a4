import assert from "node:assert/strict";
import test from "node:test";

import { renderSign, sendRow } from "../../rnn_compare/lecture/pages/phone/join_sign.js";

test("a row that a server has forgotten since it was started again is sent once more, and only then", async (context) => {
  const nodes = new Map();
  const posts = [];
  const getElementById = (id) => {
    if (!nodes.has(id)) nodes.set(id, { id, hidden: false, value: "", textContent: "" });
    return nodes.get(id);
  };
  const answer = { status: 200, json: async () => ({ kept: true }) };
  const browser = { document: { getElementById }, fetch: async (url, { body }) => {
    posts.push([url, JSON.parse(body).row]);
    return answer;
  } };
  const { fetch } = globalThis;
  Object.assign(globalThis, browser);
  context.after(() => Object.assign(globalThis, { document: undefined, fetch }));
  const state = { lecture: 3, on: true, rows: true };
  const row = getElementById("row");

  const before = { sign: null, row: null };
  renderSign(state, before);
  assert.equal(row.hidden, false);
  getElementById("row-number").value = "7";
  await sendRow({ preventDefault() {} });
  assert.deepEqual(posts, [["join/row", 7]]);
  assert.equal(row.hidden, true);
  renderSign(state, before);
  renderSign(state, { sign: null, row: 7 });
  assert.equal(posts.length, 1, "it is known there");
  const forgotten = { sign: null, row: null };
  renderSign(state, forgotten);
  assert.equal(posts.length, 1, "the lecture may have ended");
  for (let times = 0; times < 3; times += 1) renderSign({ ...state }, forgotten);
  assert.deepEqual(posts.slice(1), [["join/row", 7]]);
  assert.equal(row.hidden, true, "nobody is asked again");
  renderSign({ ...state, lecture: 4 }, { sign: null, row: null });
  assert.equal(posts.length, 2, "another lecture has other seats");
  assert.equal(row.hidden, false);
});
