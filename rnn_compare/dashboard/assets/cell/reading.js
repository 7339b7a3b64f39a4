// The component that shows a review word by word. The message holds everything (see widgets/reading.py); stepping and
// playing need no server.

import { keepInAddress, stepInAddress } from "../common/address.js";
import { changes, component } from "../common/component.js";
import { unpackRun } from "../../../browser/drawing/cell/cell_values.js";
import { buildVerdictChart } from "../../../browser/drawing/cell/verdict_chart.js";
import { buildReading } from "../../../browser/drawing/cell/word_by_word.js";

export const { render, dispose } = component("rc-inside", (root, { redraw, setStateValue }) => {
  const isNew = changes();
  let reading, opened = true;
  // The visitor's choices outlive the review.
  const choice = { lead: 0, colouring: "left_out", pace: 4, signals: new Map() };
  return {
    /** @param {Reading} message */
    update({ left_out: leftOut, ...data }) {
      if (isNew(data)) {
        reading?.end();
        root.replaceChildren();
        const text = data.words.join(" ");
        const at = opened ? stepInAddress("word", data.words.length, text) : undefined;
        opened = false;
        const ask = (colouring) => setStateValue("colouring", colouring);
        const keep = (now) => keepInAddress("word", now, text);
        const runs = data.runs.map(unpackRun);
        reading = buildReading(root, { ...data, runs, at }, choice, { ask, keep, buildChart: buildVerdictChart });
        reading.keep(); // another review starts at its first word
        redraw();
      }
      reading.leaveOut(leftOut); // computed later, so it may be all that has changed
    },
    draw: (plotly) => reading.draw(plotly),
    end: () => reading?.end(),
  };
});
