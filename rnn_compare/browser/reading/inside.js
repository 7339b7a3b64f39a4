// The words of a text one by one with the cells of the networks that read it, computed in slices of time.

import { hasAttention } from "../arithmetic/layers.js";
import { messageOf } from "../arithmetic/message.js";
import { logitsByWord, logitsWithout } from "../arithmetic/network.js";
import { setText } from "../common/dom.js";
import { turningWord } from "../drawing/cell/turning_word.js";
import { buildReading } from "../drawing/cell/word_by_word.js";
import { buildWordChart } from "../drawing/cell/word_chart.js";
import { buildPicker } from "./cell_picker.js";
import { painted } from "./prediction_card.js";

const SLICE = 12; // milliseconds of work at a time
const MOST_LEFT_OUT = 200; // words of a review: attention reads it anew without each
const pause = () => new Promise((go) => { setTimeout(go); });

// cells: where a cell is chosen; root: where it is drawn; waiting: where it says what it computes.
export function buildInside(cells, root, waiting, drawings) {
  const choice = { lead: 0, colouring: "left_out", pace: 4, signals: new Map(), depth: 0 };
  const picker = buildPicker(cells, choice, () => rebuild());
  let message, reading, readings = [], turn = 0, leaving = 0, leftOut = {};
  const finish = async (work, sentence = "") => {
    const mine = turn;
    for (;;) {
      const until = performance.now() + SLICE;
      while (performance.now() < until) {
        const { done, value } = work.next();
        if (done) return mine === turn ? value : undefined;
      }
      setText(waiting, sentence);
      await pause();
      if (mine !== turn) return undefined;
    }
  };
  const leaveOut = async () => {
    if (leaving === turn || !readings.length) return;
    leaving = turn;
    for (const { network, review, traces, card } of readings) {
      const isTooLong = review.count > MOST_LEFT_OUT && hasAttention(network);
      const logits = isTooLong ? null : await finish(logitsWithout(network, review.ids, review.at, traces));
      if (logits === undefined) return;
      leftOut[network.id] = logits;
      reading.leaveOut(leftOut);
      const run = message.runs.find(({ id }) => id === network.id);
      card.conclude(isTooLong ? `Words are left out of reviews of up to ${MOST_LEFT_OUT} words.`
        : turningWord(run, message.words, logits));
    }
  };
  const rebuild = () => {
    reading?.end();
    root.style.minHeight = `${root.offsetHeight}px`; // nothing below moves up and down again
    root.replaceChildren();
    if (readings.length) build();
    root.style.minHeight = "";
  };
  const build = () => {
    message = { ...messageOf(readings, drawings, choice.depth), author: readings[0].author };
    reading = buildReading(root, message, choice, {
      ask: () => {}, keep: () => {}, buildChart: buildWordChart, heading: "h4",
    });
    reading.leaveOut(leftOut);
    reading.draw();
    leaveOut();
  };
  const redraw = () => { if (readings.length) reading?.draw(); };
  const listening = new AbortController();
  addEventListener("resize", redraw, listening);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, listening);
  return {
    // What is no longer on the page has no size to be drawn in, and takes no keys.
    end() {
      turn++;
      listening.abort();
      reading?.end();
    },
    async show(next) {
      turn++;
      leftOut = {};
      readings = []; // until they are complete
      const mine = turn;
      await painted(); // the predictions are seen first
      for (const item of next) {
        const { network, review, traces } = item;
        const beginnings = logitsByWord(network, review.ids, review.at, traces);
        item.logits = await finish(beginnings, `${network.title}: reading each beginning …`);
        if (mine !== turn) return;
      }
      if (mine !== turn) return;
      setText(waiting, "");
      readings = next;
      picker(readings);
      rebuild();
    },
  };
}
