// A network from its settings: what trains it, what reads with it, and the arithmetic of its parameters. The same as
// browser/trainable.py, report/reader.py and networks/parameters.py make.

const SAME = [
  "units", "embedding_size", "vocabulary_size", "maxlen", "batch_size", "optimizer", "learning_rate", "seed",
];
const OF_LAYOUT = ["maxlen", "vocabulary_size", "embedding_size", "units"];

// cell: as playground/page_data.py describes it. Returns the `description` for `Trainer`, the `layout` for
// `makeNetwork`, and the `parameters` of each layer and tensor.
export function describe(cell, settings) {
  const layers = [embedding(settings), recurrent(cell, settings), dense(settings.units)];
  const tensors = layers.flatMap((layer) => layer.tensors);
  return {
    description: {
      ...picked(settings, SAME),
      skips_padding: settings.mask_padding,
      cell: cell.trainable,
      tensors: tensors.map(({ shape, initializer, options }) => ({ shape, initializer, options })),
    },
    layout: {
      cell: cell.layout,
      ...picked(settings, OF_LAYOUT),
      layers: 1,
      skips_padding: settings.mask_padding,
      tensors: layers.map((layer) => [Object.fromEntries(layer.tensors.map(({ name, count }) => [name, count]))]),
    },
    parameters: {
      total: sum(layers.map(({ count }) => count)),
      layers: layers.map((layer) => ({
        ...layer,
        tensors: layer.tensors.map(({ name, shape, arithmetic, count }) => ({ name, shape, arithmetic, count })),
      })),
    },
  };
}

const picked = (values, names) => Object.fromEntries(names.map((name) => [name, values[name]]));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const written = (number) => number.toLocaleString("en");

function tensor(name, shape, arithmetic, initializer, options = []) {
  return { name, shape, arithmetic, count: shape.reduce((count, size) => count * size, 1), initializer, options };
}

function layerOf(name, kind, tensors, arithmetic) {
  return { name, kind, arithmetic, count: sum(tensors.map(({ count }) => count)), tensors };
}

function embedding({ vocabulary_size: words, embedding_size: size }) {
  const arithmetic = `${written(words)}·${size} = ${written(words * size)}`;
  const embeddings = tensor("embeddings", [words, size], arithmetic, "uniform", [-0.05, 0.05]);
  return layerOf("embedding", "Embedding", [embeddings], arithmetic);
}

function dense(features) {
  const product = `${written(features)}·1`;
  return layerOf("dense", "Dense", [
    tensor("kernel", [features, 1], `${product} = ${written(features)}`, "glorot_uniform"),
    tensor("bias", [1], "1", "constants", [0]),
  ], `${product} + 1 = ${written(features + 1)}`);
}

function recurrent(cell, settings) {
  const tensors = cellTensors(cell, settings);
  const [blocks, count] = [cell.trainable.suffixes.length, sum(tensors.map((entry) => entry.count))];
  const terms = Object.values(termsOf(cell, settings)).filter(Boolean).join(" + ");
  const byGate = cell.gates.length ? [times(blocks, written(count / blocks))] : [];
  return layerOf(cell.keras_name, cell.name, tensors, [times(blocks, terms), ...byGate, written(count)].join(" = "));
}

// The parameters of one block of each tensor as products, in the lecture's order.
function termsOf({ trainable: { recurrent: form, bias_rows: rows } }, { units, embedding_size: features }) {
  return {
    recurrent_kernel: { matrix: `${units}·${units}`, vector: `${units}`, none: "" }[form],
    kernel: `${written(features)}·${units}`,
    bias: rows > 1 ? `${rows}·${units}` : `${units}`,
  };
}

// A product without a factor of 1; a sum in it is put in parentheses.
function times(blocks, term) {
  if (blocks === 1) return term;
  return `${blocks} · ${term.includes(" + ") ? `(${term})` : term}`;
}

// The tensors of a cell in Keras' order.
function cellTensors(cell, settings) {
  const { suffixes, bias_rows: rows, recurrent: form } = cell.trainable;
  const { units, embedding_size: features, recurrent_initializer: initializer } = settings;
  const [blocks, terms] = [suffixes.length, termsOf(cell, settings)];
  const columns = blocks * units;
  const made = (name, shape, ...initial) => {
    const [product, count] = [times(blocks, terms[name]), written(shape.reduce((all, size) => all * size, 1))];
    return tensor(name, shape, product === count ? product : `${product} = ${count}`, ...initial);
  };
  const recurrentKernel = {
    matrix: () => [made("recurrent_kernel", [units, columns], initializer)],
    vector: () => [made("recurrent_kernel", [columns], "uniform", [0, 1])],
    none: () => [],
  }[form]();
  return [
    made("kernel", [features, columns], "glorot_uniform"),
    ...recurrentKernel,
    made("bias", rows > 1 ? [rows, columns] : [columns], "constants", biases(cell, settings)),
  ];
}

// The initial bias of each block, row by row: of the gate that keeps the state as it is set, else 0.
function biases({ trainable: { suffixes, bias_rows: rows }, keeping, forget_bias: own }, { forget_bias: chosen }) {
  const constants = Array(suffixes.length * rows).fill(0);
  if (keeping) constants[keeping.block] = keeping.sign * (chosen ?? own);
  return constants;
}
