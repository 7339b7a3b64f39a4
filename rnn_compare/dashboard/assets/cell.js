// Draws one recurrent cell as an SVG whose wires carry the numbers of the current word.
//
//   const { node, update } = drawCell("LSTM", "#0072b2");
//   update({ word, input, state_before, state, i, f, candidate, o, carry_before, carry, carry_scale });
//
// All three drawings share one sheet of WIDTH × HEIGHT, so that cells beside each other line up.

import {
  HEIGHT, SATURATED, STATE_Y, GATE_Y, TRACK_Y, WIDTH, add, drawWord, feed, gate, joint, key, label, mean, operation,
  percent, pill, setText, strip, tanhCurve, track, wire,
} from "./cell_parts.js";

export function drawCell(cell, color) {
  const node = add(null, "svg", {
    class: "rc-cell", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${cell} cell`,
  });
  node.style.setProperty("--rc-color", color);
  add(node, "rect", { class: "rc-cell-frame", x: 6, y: 6, width: WIDTH - 12, height: 316, rx: 16 });
  // Later layers cover earlier ones.
  const sheet = {};
  for (const layer of ["tracks", "wires", "marks"]) sheet[layer] = add(node, "g", { class: `rc-cell-${layer}` });
  const showWord = drawWord(sheet);
  const showCell = { SimpleRNN: drawSimpleRNN, LSTM: drawLSTM, GRU: drawGRU }[cell](sheet);
  return {
    node,
    update(values) {
      showWord(values);
      const said = showCell(values);
      node.setAttribute("aria-label", `${cell} cell reading “${values.word}”: ${said}`);
    },
  };
}

// state = tanh(W·input + U·state_before + b)
function drawSimpleRNN(sheet) {
  const y = 140;
  const stateBefore = strip(sheet, 64, y);
  label(sheet, 64, y - 22, "state h", { subscript: "t−1" });
  wire(sheet, [0, y], [137, y]);
  wire(sheet, [300, 330], [300, 286], [150, 286], [150, y + 13]);
  wire(sheet, [163, y], [205, y]);
  operation(sheet, "+", 150, y);
  const sum = strip(sheet, 181, y, { vertical: true });
  label(sheet, 181, y - 64, "sum");
  const curve = tanhCurve(sheet, 206, 48, 226, 184);
  wire(sheet, [432, y], [598, y]);
  wire(sheet, [450, y], [450, 0]);
  joint(sheet, 450, y);
  const state = strip(sheet, 522, y);
  label(sheet, 522, y - 22, "state h", { subscript: "t" });
  const kept = label(sheet, 319, 262, "", { className: "rc-cell-said" });
  key(sheet, { gates: false });
  return (values) => {
    stateBefore(values.state_before);
    sum(values.pre_activation, SATURATED);
    curve(values.pre_activation);
    state(values.state);
    const said = `keeps ${percent(mean(values.state.map((h) => 1 - h * h)))} of the gradient`;
    setText(kept, said);
    return said;
  };
}

// carry = f·carry_before + i·candidate; state = o·tanh(carry)
function drawLSTM(sheet) {
  const [forgetX, inputX, candidateX, outputX, addX] = [132, 249, 366, 483, 307.5];
  const leaveX = 561;
  const mixY = 126;
  const keptTrack = track(sheet, forgetX, addX);
  track(sheet, 0, forgetX);
  track(sheet, addX, WIDTH, { arrow: true });
  label(sheet, 12, 37, "carry c", { subscript: "t−1", anchor: "start" });
  label(sheet, 219, 37, "kept");
  label(sheet, 395, 37, "carry c", { subscript: "t" });
  const carryBefore = strip(sheet, 64, TRACK_Y);
  const kept = strip(sheet, 219, TRACK_Y);
  const carry = strip(sheet, 395, TRACK_Y);

  const gates = [
    gate(sheet, forgetX, "forget", "σ", "f", "keeps"),
    gate(sheet, inputX, "input", "σ", "i", "writes"),
    gate(sheet, candidateX, "candidate", "tanh", "candidate", "to write"),
    gate(sheet, outputX, "output", "σ", "o", "shows"),
  ];
  wire(sheet, [forgetX, GATE_Y], [forgetX, TRACK_Y + 13]);
  operation(sheet, "×", forgetX, TRACK_Y);
  wire(sheet, [inputX, GATE_Y], [inputX, mixY], [addX - 13, mixY]);
  wire(sheet, [candidateX, GATE_Y], [candidateX, mixY], [addX + 13, mixY]);
  wire(sheet, [addX, mixY - 13], [addX, TRACK_Y + 13]);
  operation(sheet, "×", addX, mixY);
  operation(sheet, "+", addX, TRACK_Y);

  wire(sheet, [outputX, TRACK_Y], [outputX, mixY - 13]);
  wire(sheet, [outputX, GATE_Y], [outputX, mixY + 13]);
  wire(sheet, [outputX + 13, mixY], [leaveX, mixY], [leaveX, STATE_Y], [WIDTH - 2, STATE_Y]);
  joint(sheet, outputX, TRACK_Y);
  pill(sheet, outputX, 86, "tanh");
  operation(sheet, "×", outputX, mixY);
  const state = strip(sheet, leaveX, 194, { vertical: true });
  label(sheet, 588, STATE_Y + 28, "state h", { subscript: "t", anchor: "end" });

  const stateBefore = strip(sheet, 64, STATE_Y);
  label(sheet, 12, STATE_Y + 28, "state h", { subscript: "t−1", anchor: "start" });
  wire(sheet, [0, STATE_Y], [outputX - 9, STATE_Y]);
  feed(sheet, [forgetX, inputX, candidateX, outputX]);
  key(sheet, { gates: true });
  return (values) => {
    const scale = values.carry_scale || Math.max(...[...values.carry, ...values.carry_before].map(Math.abs)) || 1;
    carryBefore(values.carry_before, scale);
    kept(values.carry_before.map((c, unit) => values.f[unit] * c), scale);
    carry(values.carry, scale);
    stateBefore(values.state_before);
    state(values.state);
    keptTrack(mean(values.f));
    return gates.map((show) => show(values)).join(", ");
  };
}

// state = z·state_before + (1 − z)·candidate, with candidate = tanh(W·input + r·(U·state_before) + b)
function drawGRU(sheet) {
  const [updateX, resetX, candidateX] = [160, 300, 450];
  const [tapX, resetTimesX] = [20, 376];
  const mixY = 114;
  const keptTrack = track(sheet, updateX, candidateX);
  track(sheet, 0, updateX);
  track(sheet, candidateX, WIDTH, { arrow: true });
  label(sheet, 86, 37, "state h", { subscript: "t−1" });
  label(sheet, 305, 37, "kept");
  label(sheet, 523, 37, "state h", { subscript: "t" });
  const stateBefore = strip(sheet, 86, TRACK_Y);
  const kept = strip(sheet, 305, TRACK_Y);
  const state = strip(sheet, 523, TRACK_Y);

  const gates = [
    gate(sheet, updateX, "update", "σ", "z", "keeps"),
    gate(sheet, resetX, "reset", "σ", "r", "lets", "in"),
    gate(sheet, candidateX, "candidate", "tanh", "candidate", "to write"),
  ];
  wire(sheet, [updateX, GATE_Y], [updateX, TRACK_Y + 13]);
  wire(sheet, [updateX, mixY], [candidateX - 13, mixY]);
  joint(sheet, updateX, mixY);
  pill(sheet, 305, mixY, "1 − z");
  operation(sheet, "×", updateX, TRACK_Y);
  wire(sheet, [candidateX, GATE_Y], [candidateX, mixY + 13]);
  wire(sheet, [candidateX, mixY - 13], [candidateX, TRACK_Y + 13]);
  operation(sheet, "×", candidateX, mixY);
  operation(sheet, "+", candidateX, TRACK_Y);

  // The reset gate acts after the product with the recurrent kernel: on the old state's share alone.
  wire(sheet, [tapX, TRACK_Y], [tapX, STATE_Y], [resetTimesX - 13, STATE_Y]);
  wire(sheet, [resetTimesX + 13, STATE_Y], [candidateX - 9, STATE_Y]);
  wire(sheet, [resetX + 55, 192], [resetTimesX, 192], [resetTimesX, STATE_Y - 13]);
  joint(sheet, tapX, TRACK_Y);
  operation(sheet, "×", resetTimesX, STATE_Y);
  feed(sheet, [updateX, resetX, candidateX]);
  key(sheet, { gates: true });
  return (values) => {
    stateBefore(values.state_before);
    kept(values.state_before.map((h, unit) => values.z[unit] * h));
    state(values.state);
    keptTrack(mean(values.z));
    return gates.map((show) => show(values)).join(", ");
  };
}
