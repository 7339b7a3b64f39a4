// The expected curve: drawn with a finger, or set epoch by epoch by keyboard.

import { add } from "../../../browser/common/svg.js";
import { drawFrame, pathOf, plotIn } from "../../../browser/drawing/curves/curve_chart.js";
import { lineOf, shareScales } from "../../../browser/drawing/curves/class_chart.js";
import { SIZE } from "./join_chart.js";
import { element } from "../common/dom.js";

const LOW = 40; // percent
const START = 0.5;
const MARGIN = 16;

// Sets the shares between two epochs, from 1: a quick finger leaves no gap.
export function stroke(shares, from, to, share) {
  const filled = [...shares];
  const begun = filled[from - 1];
  const steps = Math.abs(to - from);
  for (let step = 0; step <= steps; step += 1) {
    const place = from + Math.sign(to - from) * step - 1;
    filled[place] = steps && begun !== null ? begun + ((share - begun) * step) / steps : share;
  }
  return filled;
}

// Returns the shares with gaps filled from the nearest drawn epoch.
export function whole(shares) {
  const known = [...shares.keys()].filter((place) => shares[place] !== null);
  if (!known.length) return shares.map(() => START);
  const nearest = (place) =>
    known.reduce((best, other) => (Math.abs(other - place) < Math.abs(best - place) ? other : best));
  return shares.map((share, place) => (share === null ? shares[nearest(place)] : share));
}

export function drawing({ control: { epochs, network } }, onSend, answer) {
  const scales = shareScales(SIZE, epochs, [LOW, 100], MARGIN);
  let shares = Array.isArray(answer) ? [...answer] : Array.from({ length: epochs }, () => null);
  let last = 0;
  const label = `An empty chart of ${network}'s validation accuracy. Or set each epoch below.`;
  const chart = drawFrame(scales, " %", label);
  const mine = add(plotIn(chart, scales), "path", { class: "mine" });
  chart.classList.add("drawing");
  const hint = element("p", {}, "Draw from left to right with a finger.");
  const sliders = shares.map((_, place) => slider(place));
  const send = element("button", { type: "button", class: "send" }, "Send my curve");
  const summary = element("summary", {}, "Set it epoch by epoch");
  const hand = element("details", { class: "by-hand" }, summary, ...sliders.map(({ row }) => row));

  function slider(place) {
    const input = element("input", { type: "range", min: LOW, max: 100, step: 1 });
    input.addEventListener("input", () => {
      shares[place] = Number(input.value) / 100;
      redraw();
    });
    const text = element("span", {}, "");
    return { input, text, row: element("label", {}, text, input) };
  }

  function redraw() {
    const isBegun = shares.some((share) => share !== null);
    const all = whole(shares);
    mine.setAttribute("d", isBegun ? pathOf(scales, lineOf(all)) : "");
    for (const [place, { input, text }] of sliders.entries()) {
      const said = `${Math.round(100 * all[place])} %`;
      input.value = Math.round(100 * all[place]);
      input.setAttribute("aria-valuetext", said);
      text.textContent = `Epoch ${place + 1}: ${said}`;
    }
    send.disabled = chart.dataset.closed === "true" || !isBegun;
  }

  function point(event) {
    const box = chart.getBoundingClientRect();
    const wide = chart.viewBox.baseVal.width / box.width;
    const epoch = scales.epochAt((event.clientX - box.left) * wide);
    const share = scales.valueAt((event.clientY - box.top) * wide) / 100;
    shares = stroke(shares, last || epoch, epoch, share);
    last = epoch;
    redraw();
  }

  chart.addEventListener("pointerdown", (event) => {
    if (chart.dataset.closed === "true") return;
    last = 0;
    try {
      chart.setPointerCapture(event.pointerId);
    } catch {
      // The finger has left already.
    }
    point(event);
    event.preventDefault();
  });
  chart.addEventListener("pointermove", (event) => {
    if (last) point(event);
  });
  for (const end of ["pointerup", "pointercancel"]) chart.addEventListener(end, () => (last = 0));
  send.addEventListener("click", () => onSend(whole(shares).map((share) => Math.round(1000 * share) / 1000)));

  function show(current, isOpen) {
    chart.dataset.closed = isOpen ? "false" : "true";
    if (Array.isArray(current) && shares.every((share) => share === null)) shares = [...current];
    for (const { input } of sliders) input.disabled = !isOpen;
    hint.hidden = !isOpen;
    send.hidden = !isOpen;
    redraw();
  }
  return { node: element("div", {}, hint, chart, hand, send), show };
}
