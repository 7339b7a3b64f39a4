import assert from "node:assert/strict";
import test from "node:test";

import { isolated, toggled, unbroken } from "../../rnn_compare/dashboard/assets/board/board.js";
import { layout } from "../../rnn_compare/dashboard/assets/board/board_chart.js";
import { traces } from "../../rnn_compare/dashboard/assets/board/board_traces.js";
import { escapeLabel } from "../../rnn_compare/browser/drawing/charts/chart_look.js";
import { apart } from "../../rnn_compare/browser/drawing/charts/labels.js";
import { dressed, inside } from "../../rnn_compare/dashboard/assets/charts/figure.js";
import { CHART, RUN, packed, packedCounts } from "./a_chart.js";

const LOOKS = { ink: "black", font: "serif", line: "grey", paper: "white" };
// What stands at the end of a line, without the mark in its colour.
const nameOf = ({ text }) => text.replace(/^<span.*<\/span>/, "");
const REST = { count: 10, hint: "Press it", boardWidth: 1000, width: 480, height: 300 };

test("training goes on into the running epoch, validation ends with the last whole one", () => {
  const [training, validation] = traces(CHART, [RUN], new Set());
  assert.deepEqual(training.x, [1, 2, 2.2226, 2.4596]);
  assert.deepEqual(training.y, [86.24, 86.24, 0, 86.24]);
  assert.deepEqual(validation.x, [1, 2]);
  assert.deepEqual(validation.y, [86.24, null], "a gap where nothing was measured");
  assert.ok(!validation.connectgaps, "which no line bridges");
  assert.match(validation.hovertemplate, /%\{y:\.1f\} %/);
});

test("a figure without training has an empty line for it", () => {
  const [training, validation] = traces({ ...CHART, training: null }, [RUN], new Set());
  assert.deepEqual([training.x, training.y], [[], []]);
  assert.deepEqual(validation.x, [1, 2]);
});

const SEEDS = {
  ...RUN, color: "#0072B2", figures: { speed: packed(0.8624, 0.8624), val_speed: packed(0.72, 0.72) }, trail: undefined,
  seeds: {
    counts: packedCounts(3, 2), every: 1, half: { val_speed: packed(0.05) },
    single: { val_speed: [packed(0.72, 0.72), packed(0.72)] },
  },
};

test("several seeds are a mean that says how many it is of, a band where there are enough, and thin lines behind", () => {
  const drawn = traces(CHART, [SEEDS, { ...RUN, id: "b" }], new Set());
  assert.deepEqual(drawn.map(({ uid }) => uid), [
    "a-band", "a-seed-0", "a-seed-1", "a-training", "a-validation", "b-training", "b-validation",
  ]);
  const [band, thin, , , mean] = drawn;
  assert.deepEqual(band.x, [1, 1]);
  assert.deepEqual(band.y.map((edge) => edge.toFixed(2)), ["77.00", "67.00"], "above, then back below");
  assert.deepEqual([thin.x, thin.y, thin.hoverinfo], [[1, 2], [72, 72], "skip"]);
  assert.match(mean.hovertemplate[0], /<b>%\{y:\.1f\} %<\/b>, n = 3</);
  assert.match(mean.hovertemplate[1], /<b>%\{y:\.1f\} %<\/b>, n = 2</);
});

test("where only every second epoch is sent of single seeds and bands, they stand at these", () => {
  const seeds = {
    counts: packedCounts(3, 3, 3, 3), every: 2, half: { val_speed: packed(0.05, 0.05) },
    single: { val_speed: [packed(0.72, 0.72)] },
  };
  const figures = { speed: packed(0.8624, 0.8624, 0.8624, 0.8624), val_speed: packed(0.72, 0.72, 0.72, 0.72) };
  const [band, thin] = traces(CHART, [{ ...SEEDS, figures, seeds }], new Set());
  assert.deepEqual(band.x, [2, 4, 4, 2]);
  assert.deepEqual(thin.x, [2, 4]);
});

test("all that belongs to a hidden group is hidden", () => {
  for (const { visible } of traces(CHART, [SEEDS], new Set(["a"]), { gap: true })) assert.equal(visible, false);
});

test("the gap is shaded between the epochs that both lines have, behind all lines, and only where there are two", () => {
  const long = { ...RUN, figures: { speed: packed(0.8624, 0.8624, 0.8624), val_speed: packed(0.72, null, 0.72) } };
  const [gap, ...lines] = traces(CHART, [long], new Set(), { gap: true });
  assert.deepEqual([gap.x, gap.fill], [[1, 3, 3, 1], "toself"]);
  assert.deepEqual(gap.y, [86.24, 86.24, 72, 72]);
  assert.equal(lines.length, 2);
  assert.equal(traces({ ...CHART, training: null }, [long], new Set(), { gap: true }).length, 2);
});

test("baselines are thin lines in the colour of the text, since dashes are for training, called beside the chart", () => {
  const baselines = [{ text: "bag of <b>\n88 %", at: 0.88, color: "", side: "bottom" }];
  const made = layout({ ...CHART, baselines }, [RUN], LOOKS, REST);
  assert.deepEqual(made.shapes[0].line, { color: "black", width: 1, dash: "solid" });
  assert.deepEqual(made.annotations.map(nameOf), ["A", "bag of &lt;b&gt;<br>88 %"]);
  assert.ok(made.margin.r > layout(CHART, [RUN], LOOKS, REST).margin.r);
});

test("a run that never measured a figure has no line, and does not break the chart of the others", () => {
  const old = { ...RUN, figures: {}, trail: { at: packed(0.2226), figures: {} } };
  for (const trace of traces(CHART, [old], new Set())) assert.deepEqual([trace.x, trace.y], [[], []]);
  const ended = { ...old, id: "b", figures: { val_speed: packed(null, null) }, trail: undefined };
  const texts = (groups, hidden) => layout(CHART, groups, LOOKS, { ...REST, hidden }).annotations.map(({ text }) => text);
  assert.deepEqual(texts([RUN, ended], new Set(["a"])), ["Not recorded for these runs."]);
  assert.equal(texts([RUN, ended]).length, 1, "the other's name");
  assert.deepEqual(texts([old]), [], "its first epoch runs");
});

test("a hidden run keeps its place among the lines, and its name goes with them", () => {
  const visible = traces(CHART, [RUN, { ...RUN, id: "b" }], new Set(["b"])).map((trace) => trace.visible);
  assert.deepEqual(visible, [true, true, false, false]);
  const names = (hidden) => layout(CHART, [RUN, { ...RUN, id: "b", label: "B" }], LOOKS, { ...REST, hidden })
    .annotations.map(nameOf).toSorted();
  assert.deepEqual(names(new Set()), ["A", "B"]);
  assert.deepEqual(names(new Set(["b"])), ["A"]);
});

test("one click hides or shows a run, two leave it alone or bring all back", () => {
  assert.deepEqual(toggled(new Set(["a"]), "b"), new Set(["a", "b"]));
  assert.deepEqual(toggled(new Set(["a"]), "a"), new Set());
  const ids = ["a", "b", "c"];
  const alone = isolated(new Set(["b"]), "b", ids);
  assert.deepEqual(alone, new Set(["a", "c"]));
  assert.deepEqual(isolated(alone, "b", ids), new Set());
});

test("axes and baselines are as the message declares them", () => {
  const baselines = [{ text: "bag of words: 85 %", at: 0.85 }];
  const made = layout({ ...CHART, baselines }, [RUN], LOOKS, REST);
  assert.deepEqual(made.yaxis.range.map(Math.round), [40, 100], "in the chart's own unit");
  assert.deepEqual([made.yaxis.tickformat, made.yaxis.ticksuffix], [".0f", " %"]);
  assert.deepEqual([made.shapes[0].y0, made.shapes[0].line.dash], [85, "solid"]);
  assert.ok(made.annotations.some(({ text }) => text.includes("bag of words: 85")));
});

test("the hint stands in empty charts only, and a narrow chart has no room for names", () => {
  assert.equal(layout(CHART, [], LOOKS, REST).annotations[0].text, "Press it");
  assert.deepEqual(layout(CHART, [RUN], LOOKS, REST).annotations.map(nameOf), ["A"]);
  assert.deepEqual(layout(CHART, [RUN], LOOKS, { ...REST, boardWidth: 360, width: 320 }).annotations, []);
});

test("a line is named beside the chart, also where it ends before the last epoch", () => {
  const drawn = (count) => layout(CHART, [RUN], LOOKS, { ...REST, count });
  assert.equal(drawn(10).annotations[0].xref, "paper");
  assert.deepEqual([drawn(10).annotations, drawn(10).margin], [drawn(1).annotations, drawn(1).margin]);
});

test("a name that would take half of its chart stands in two lines", () => {
  const named = (width) => layout(CHART, [{ ...RUN, label: "Averaged embeddings(32)" }], LOOKS, { ...REST, width });
  assert.deepEqual([470, 340].map((width) => nameOf(named(width).annotations[0])), [
    "Averaged embeddings(32)", "Averaged<br>embeddings(32)",
  ]);
  assert.ok(named(340).margin.r < 0.45 * 340);
});

test("where there is no room for the names of all lines, only baselines are called", () => {
  const baselines = [{ text: "bag of words", at: 0.88, color: "", side: "bottom" }];
  const many = Array.from({ length: 8 }, (_, index) => ({ ...RUN, id: String(index), label: `A(${index}) maxlen 50` }));
  const named = (height) => layout({ ...CHART, baselines }, many, LOOKS, { ...REST, count: 1, height }).annotations.length;
  assert.deepEqual([named(400), named(150)], [9, 1]);
});

test("names that end at one value stand one above the other, in the order of their lines", () => {
  const place = { low: 0, high: 1, height: 100, size: 10 };
  const moved = apart([{ rows: ["a"], y: 0.98 }, { rows: ["b"], y: 0.97 }, { rows: ["c", "d"], y: 0.15 }], place);
  assert.deepEqual(moved.map(({ rows: [first] }) => first), ["c", "b", "a"]);
  const [c, b, a] = moved.map(({ y }) => y);
  assert.ok(Math.abs(c - 0.15) < 1e-9);
  assert.ok(a - b >= 0.13 - 1e-9, "a line of type apart");
  assert.ok(a + 0.065 <= 1 + 1e-9, "not above the chart");
  const equal = apart(["a", "b", "c"].map((name) => ({ rows: [name], y: 0.5 })), place).map(({ y }) => y.toFixed(2));
  assert.deepEqual(equal, ["0.37", "0.50", "0.63"], "around their value");
});

test("epochs begin at 1, but for what is drawn of the first while it runs", () => {
  const first = { ...RUN, figures: { speed: "", val_speed: "" } };
  assert.equal(layout(CHART, [RUN], LOOKS, REST).xaxis.range[0], 0.8);
  assert.equal(layout(CHART, [RUN, first], LOOKS, REST).xaxis.range[0], 0);
});

test("type grows with the board", () => {
  const size = (boardWidth) => layout(CHART, [RUN], LOOKS, { ...REST, boardWidth }).xaxis.tickfont.size;
  assert.deepEqual([size(390), size(960), size(1500)], [13, 15, 21]);
});

test("other runs begin unzoomed, new points of the same ones do not", () => {
  const zoom = (...ids) => layout(CHART, ids.map((id) => ({ ...RUN, id })), LOOKS, REST).uirevision;
  assert.equal(zoom("a", "b"), zoom("a", "b"));
  assert.notEqual(zoom("a", "b"), zoom("a", "c"));
});

test("markup and templates in a name are shown, not read", () => {
  assert.equal(escapeLabel("<b>a & b</b>"), "&lt;b&gt;a &amp; b&lt;/b&gt;");
  assert.ok(!escapeLabel("%{y}").includes("%{"));
});

test("a figure from Python gets the page's colours and keeps what it says itself", () => {
  const made = dressed({ xaxis: { gridcolor: "blue" }, yaxis2: {}, height: 300, font: { size: 18 } }, { ...LOOKS, size: 15 });
  assert.deepEqual(made.font, { size: 18, family: "serif", color: "black" });
  assert.equal(made.xaxis.gridcolor, "blue");
  assert.equal(made.yaxis2.gridcolor, "grey");
  assert.equal(made.height, 300);
});

test("labels of points that stand near the edge of a phone's chart are moved inside, off their points", () => {
  const phone = { width: 300, xaxis: { range: [0, 10] } };
  const label = { text: "disappointment", x: 1, ax: -60, ay: 0, font: { size: 13 } };
  const [left, right, middle, free] = inside([label, { ...label, x: 9, ax: 60 }, { ...label, x: 5 }, { text: "a" }], phone);
  const half = (13 * 0.6 * label.text.length) / 2;
  assert.ok(30 + left.ax - half >= 0 && left.ay < 0);
  assert.ok(270 + right.ax + half <= 300 && right.ay < 0);
  assert.deepEqual([middle.ax, middle.ay, free], [-60, 0, { text: "a" }]);
});

test("text in a chart made in Python grows with the page's", () => {
  const made = dressed({ xaxis: { tickfont: { size: 16 } } }, { ...LOOKS, size: 18.75 });
  assert.equal(made.xaxis.tickfont.size, 20);
});

test("no line of a sentence ends before a percent sign, an epoch's number or within a margin", () => {
  const text = "by 3.9 ± 3.0 points: 99 % after epoch 4, 83 % in the last epoch";
  assert.equal(unbroken(text).replaceAll("\u00a0", "_"), "by 3.9_±_3.0_points: 99_% after epoch_4, 83_% in the last epoch");
});
