// One timestep of a recurrent cell: the products with its recurrent kernel, and between them its formulas, which were
// translated from Python (report/reader.py). It does what `Cell.step` does in NumPy.

// cell: its layout; formulas: the functions of its phases; way: the weights. Returns `values`, an array of one number a
// unit by name, and `step(projection)`, which reads one input.
export function makeTimestep({ states, suffixes, bias_rows: biasRows, recurrent, phases }, formulas, way, units) {
  const { bias, recurrent_kernel: kernel } = way;
  const width = suffixes.length * units;
  const names = [
    "recalled", ...states, ...states.map((name) => `previous_${name}`), ...phases.flatMap(({ returns }) => returns),
    ...["w", "u", "x"].flatMap((letter) => suffixes.map((end) => `${letter}${end}`)),
  ];
  const values = Object.fromEntries(names.map((name) => [name, new Float32Array(units)]));
  const products = new Float32Array(width);

  const multiply = (blocks, operand) => {
    const [start, end] = [suffixes.indexOf(blocks[0]) * units, (suffixes.indexOf(blocks.at(-1)) + 1) * units];
    for (let column = start; column < end; column++) products[column] = biasRows > 1 ? bias[width + column] : 0;
    if (recurrent === "matrix") addProduct(products, operand, kernel, { width, start, end });
    else for (let column = start; column < end; column++) products[column] += operand[column % units] * kernel[column];
    for (const block of blocks) {
      const [product, sum, share] = [values[`u${block}`], values[`x${block}`], values[`w${block}`]];
      product.set(products.subarray(suffixes.indexOf(block) * units, (suffixes.indexOf(block) + 1) * units));
      for (let unit = 0; unit < units; unit++) sum[unit] = share[unit] + product[unit];
    }
  };
  const step = (projection) => {
    for (const name of states) values[`previous_${name}`].set(values[name]);
    suffixes.forEach((end, block) => {
      const share = values[`w${end}`];
      const start = block * units;
      for (let unit = 0; unit < units; unit++) share[unit] = projection[start + unit] + bias[start + unit];
    });
    phases.forEach(({ blocks }, phase) => {
      const { forward, recalled } = formulas[phase];
      recalled?.(values, units);
      if (blocks.length) multiply(blocks, recalled ? values.recalled : values.previous_state);
      forward(values, units);
    });
  };
  return { values, step };
}

// Adds vector · matrix to `sums`, in the columns from `start` to `end` of a matrix that is `width` wide.
export function addProduct(sums, vector, matrix, { width, start, end }) {
  for (let row = 0; row < vector.length; row++) {
    const factor = vector[row];
    const offset = row * width;
    for (let column = start; column < end; column++) sums[column] += factor * matrix[offset + column];
  }
}
