import assert from "node:assert/strict";
import test from "node:test";

import { followNews } from "../../rnn_compare/dashboard/assets/board/board.js";

// A server whose answers are set by hand: { tag, data }, or nothing where there is no network.
function follow(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const hall = { asked: [], shown: [], ends: 0, answer: undefined };
  context.mock.method(globalThis, "fetch", async (url) => {
    hall.asked.push(url);
    const { answer } = hall;
    if (!answer) throw new TypeError("no network");
    return { ok: true, headers: new Headers({ etag: answer.tag }), json: () => answer.data };
  });
  hall.news = followNews((data) => hall.shown.push(data), () => { hall.ends += 1; });
  hall.tick = async (milliseconds) => {
    context.mock.timers.tick(milliseconds);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return hall;
}

test("what is new is shown once, and nothing twice", async (context) => {
  const hall = follow(context);
  hall.answer = { tag: "1", data: { busy: true, value: 1 } };
  hall.news.from("/news", true);
  for (let times = 0; times < 3; times++) await hall.tick(1250);
  assert.equal(hall.asked.length, 3);
  assert.deepEqual(hall.shown.map(({ value }) => value), [1]);
  hall.answer = { tag: "2", data: { busy: true, value: 2 } };
  await hall.tick(1250);
  assert.deepEqual(hall.shown.map(({ value }) => value), [1, 2]);
});

test("once nothing trains any more the page is told, once and within two seconds", async (context) => {
  const hall = follow(context);
  hall.answer = { tag: "1", data: { busy: true } };
  hall.news.from("/news", true);
  await hall.tick(1250);
  assert.equal(hall.ends, 0);
  hall.answer = { tag: "2", data: { busy: false } };
  await hall.tick(1250);
  await hall.tick(2000);
  assert.equal(hall.ends, 1);
  hall.answer = { tag: "3", data: { busy: false } };
  for (let times = 0; times < 3; times++) await hall.tick(3000);
  assert.equal(hall.ends, 1);
});

test("it asks less often while nothing trains", async (context) => {
  const hall = follow(context);
  hall.answer = { tag: "1", data: { busy: false } };
  hall.news.from("/news", true);
  await hall.tick(1250);
  await hall.tick(2999);
  assert.equal(hall.asked.length, 1);
  await hall.tick(1);
  assert.equal(hall.asked.length, 2);
});

test("of runs that have just come onto the page it asks sooner for a while: somebody may have pressed Train", async (context) => {
  const hall = follow(context);
  hall.answer = { tag: "1", data: { busy: true } };
  hall.news.from("/news", true);
  for (let times = 0; times < 6; times++) await hall.tick(250);
  assert.equal(hall.asked.length, 6);
  await hall.tick(1249);
  assert.equal(hall.asked.length, 6);
  await hall.tick(1);
  assert.equal(hall.asked.length, 7);
  hall.news.from("/news", true); // the same runs, drawn anew: 200 viewers would ask five times as often all evening
  await hall.tick(1249);
  assert.equal(hall.asked.length, 7);
  hall.news.from("/others", true);
  await hall.tick(250);
  assert.equal(hall.asked.length, 8);
});

test("an answer for runs that are no longer shown is not drawn", async (context) => {
  const hall = follow(context);
  hall.news.from("/old", true);
  let arrive;
  context.mock.method(globalThis, "fetch", (url) => {
    hall.asked.push(url);
    return new Promise((resolve) => { arrive = resolve; });
  });
  await hall.tick(1250);
  hall.news.from("/new", true);
  arrive({ ok: true, headers: new Headers({ etag: "1" }), json: () => ({ busy: true }) });
  await hall.tick(0);
  assert.deepEqual(hall.shown, []);
  await hall.tick(1250);
  assert.deepEqual(hall.asked, ["/old", "/new"]);
});

test("what the page has drawn itself may be older: the next answer is drawn in any case", async (context) => {
  const hall = follow(context);
  hall.answer = { tag: "1", data: { busy: true } };
  hall.news.from("/news", true);
  await hall.tick(1250);
  hall.news.from("/news", true);
  await hall.tick(1250);
  assert.equal(hall.shown.length, 2);
});

test("without a network it goes on asking", async (context) => {
  const hall = follow(context);
  hall.news.from("/news", true);
  await hall.tick(1250);
  hall.answer = { tag: "1", data: { busy: true } };
  await hall.tick(1250);
  assert.equal(hall.shown.length, 1);
});

test("after its end it asks no more", async (context) => {
  const hall = follow(context);
  hall.news.from("/news", true);
  hall.news.end();
  await hall.tick(60_000);
  assert.deepEqual(hall.asked, []);
});
