import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as settled } from "node:timers/promises";

import { watchLecture, watchServer } from "../../rnn_compare/dashboard/assets/pages/reconnect.js";

// Each of `course` is one question: whether the server answers, and whether Streamlit's page says that it is connected.
// Returns after how many questions the page was loaded anew; 0 if it never was.
async function loadedAfter(context, ...course) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const loaded = [];
  const end = watchServer(
    () => course[asked - 1][1],
    () => loaded.push(asked),
    async () => {
      asked += 1;
      if (course[asked - 1][0] === "no") throw new TypeError("Failed to fetch");
      return { ok: course[asked - 1][0] === "yes" };
    },
  );
  while (asked < course.length && loaded.length === 0) {
    context.mock.timers.tick(2000);
    await settled();
  }
  end();
  return loaded[0] ?? 0;
}

const CONNECTED = true, LOST = false;

test("a page whose connection was lost is loaded with the server's first answer", async (context) => {
  assert.equal(await loadedAfter(context, ["yes", CONNECTED], ["no", LOST], ["no", LOST], ["yes", LOST]), 4);
});

test("a server that says that it is not ready has not answered", async (context) => {
  assert.equal(await loadedAfter(context, ["no", LOST], ["busy", LOST], ["yes", LOST]), 3);
});

test("a page that has connected by itself is left alone", async (context) => {
  assert.equal(await loadedAfter(context, ["no", LOST], ["no", LOST], ["yes", CONNECTED], ["yes", CONNECTED]), 0);
});

test("a connection that went silent is replaced, though the page takes it for sound", async (context) => {
  assert.equal(await loadedAfter(context, ["no", CONNECTED], ["no", CONNECTED], ["yes", CONNECTED]), 3);
});

test("one question without an answer is enough: the connection may be dead", async (context) => {
  assert.equal(await loadedAfter(context, ["yes", CONNECTED], ["no", CONNECTED], ["yes", CONNECTED]), 3);
});

test("once the wall is left nothing is loaded", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let answer, loaded = 0;
  const end = watchServer(() => LOST, () => { loaded += 1; }, () => new Promise((_, fail) => { answer = fail; }));
  context.mock.timers.tick(2000);
  end();
  answer(new TypeError("Failed to fetch"));
  await settled();
  context.mock.timers.tick(10_000);
  assert.equal(loaded, 0);
});

// Each of `course` is one answer: the lecture's version, the one that the wall shows, and whether the page's script runs.
// Returns what was done after how many answers.
async function followed(context, ...course) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const done = [];
  const end = watchLecture(
    () => done.push(`drawn again after ${asked}`),
    () => done.push(`loaded after ${asked}`),
    () => course[asked - 1][1],
    () => course[asked - 1][2] ?? false,
    async () => {
      asked += 1;
      const [version] = course[asked - 1];
      return { ok: version !== "busy", text: async () => version };
    },
  );
  while (asked < course.length) {
    context.mock.timers.tick(2000);
    await settled();
  }
  end();
  context.mock.timers.reset();
  return done;
}

test("a wall that stays behind the lecture is drawn again, and loaded if that does not help", async (context) => {
  const behind = Array.from({ length: 12 }, () => ["7", "6"]);
  assert.deepEqual(await followed(context, ["6", "6"], ...behind), ["drawn again after 4", "loaded after 13"]);
});

test("a wall whose last element never came is drawn again", async (context) => {
  assert.deepEqual(await followed(context, ["1"], ["1"], ["1"], ["1", "1"]), ["drawn again after 3"]);
});

test("a wall that follows, however quickly the lecture goes on, is left alone", async (context) => {
  const course = [["2", "1"], ["3", "2"], ["4", "3"], ["4", "3"], ["4", "4"], ["busy", "4"], ["5", "4"], ["busy", "4"], ["5", "4"]];
  assert.deepEqual(await followed(context, ...course), []);
});

test("a wall that is being drawn, however long it takes, is left alone", async (context) => {
  const course = [["1", "0"], ...Array.from({ length: 20 }, () => ["1", "0", true]), ["1", "0"], ["1", "0"]];
  assert.deepEqual(await followed(context, ...course), []);
  assert.deepEqual(await followed(context, ...course, ["1", "0"]), ["drawn again after 24"]);
});
