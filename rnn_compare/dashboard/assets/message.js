// What the server sends of one review (see pages/inside/reading.py), unpacked.

export const odds = (logit) => 1 / (1 + Math.exp(-logit));

export function unpackRun(run) {
  return {
    ...run, probabilities: run.logits.map(odds), input: unpack(run.input),
    signals: run.signals.map((signal) => ({ ...signal, values: unpack(signal) })),
    before: { state: unpack(run.before.state), carry: run.before.carry && unpack(run.before.carry) },
  };
}

function unpack({ bytes, scale }) {
  const values = Int8Array.from(atob(bytes), (sign) => sign.charCodeAt(0));
  values.scale = scale;
  values.gateFull = 127 / scale; // the byte that stands for 1
  return values;
}

// Numbers of one word: units of a signal, or what stands before the first word.
function row(values, index, width) {
  return Array.from(values.subarray(index * width, (index + 1) * width), (value) => value * values.scale / 127);
}

// What the drawing of a cell shows of one word of the text.
export function valuesAt(run, words, word) {
  const index = word - run.first;
  const read = words.length - run.first;
  const at = (name, place) => row(run.signals.find((signal) => signal.name === name).values, place, run.units);
  const place = run.backward ? index + 1 : index - 1;
  const inside = place >= 0 && place < read;
  const values = {
    word: words[word], input: row(run.input, index, run.input.length / read), input_scale: run.input.scale,
    state_before: inside ? at("state", place) : row(run.before.state, 0, run.units),
    all_units: run.all_units,
  };
  for (const { name } of run.signals) values[name] = at(name, index);
  if (run.before.carry) {
    values.carry_before = inside ? at("carry", place) : row(run.before.carry, 0, run.units);
    values.carry_scale = run.signals.find(({ name }) => name === "carry").values.scale;
  }
  return values;
}

// How far each word that was read moved the verdict, in log-odds and in points of a hundred; or, where it was
// worked out what becomes of the verdict if the word is unknown, how far it moves the final verdict.
export function movesOf(run, leftOut) {
  const pairs = leftOut
    ? leftOut.slice(1).map((without) => [without, leftOut[0]])
    : run.logits.slice(1).map((after, index) => [run.logits[index], after]);
  return pairs.map(([from, to]) => ({ logit: to - from, points: 100 * (odds(to) - odds(from)), from: odds(from) }));
}

export function signed(number, digits = 1) {
  return `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(digits)}`;
}
