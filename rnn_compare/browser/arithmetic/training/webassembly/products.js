// Products of small matrices, out[r, c] = from[r, c] + Σ a[r, k] · b[k, c], k upwards: for WebAssembly, and without it.
// A shape { aRow, aStep, bRow, outRow, fromRow, columns } has the distances between rows, and in `a` between the
// elements of a sum, in numbers: `a` may be transposed, `from` one row for all. A `from` that is LISTED is a list of
// addresses of its rows, which begin `fromStart` numbers after them. Both ways return a function of the number of rows,
// of products in a sum, and of the addresses of a, b, out and from.

import { op, times } from "./assembler.js";
import { LISTED } from "./loops.js";

const VECTOR = 16; // bytes
const BYTES = 4;
// A tile's sums stay in registers. With more of them, or two products of a sum in a turn of the loop, V8 would not have
// enough: it computes nothing before all of a turn is loaded.
const [TALL, WIDE] = [4, 2]; // rows, vectors
const CACHE_LINE = 16; // numbers
const WIDEST = 8; // vectors of a single row
const [ROWS, INNER, A, B, OUT, FROM, LEFT, TILES, COUNT, FACTORS, COLUMN, LINE, START, LOCALS] = Array(14).keys();

export function compiledProduct({ aRow, aStep, bRow, outRow, fromRow, fromStart = 0, columns }, relaxed) {
  const isListed = fromRow === LISTED;
  const term = (sum, factor, line) => (
    relaxed ? [...op.get(factor), ...op.get(line), ...op.get(sum), ...op.multiplyAdd]
      : [...op.get(sum), ...op.get(factor), ...op.get(line), ...op.mul, ...op.add]
  );
  // Puts a row's address in `from` into START, at the tile's first column.
  const listedStart = (row) => [
    ...op.get(FROM), ...op.loadInteger(row * BYTES), ...op.get(COLUMN), ...op.plus, ...op.get(B), ...op.minus,
    ...op.set(START),
  ];
  // Asks for all of a row, which may be anywhere, before the first tile keeps the processor from looking ahead.
  const ahead = (row) => [
    ...listedStart(row),
    ...times(Math.ceil(columns / CACHE_LINE), (line) => [
      ...op.get(START), ...op.loadInteger((fromStart + line * CACHE_LINE) * BYTES), ...op.drop,
    ]),
  ];
  const first = (row, place) => (
    isListed ? [...op.get(START), ...op.load(fromStart * BYTES + place * VECTOR)]
      : [...op.get(FROM), ...op.load(row * fromRow * BYTES + place * VECTOR)]
  );
  const tile = (rows, vectors) => {
    const [factor, line] = [LOCALS, (place) => LOCALS + 1 + place];
    const sum = (row, place) => line(vectors * (row + 1) + place);
    return [
      ...op.copy(A, FACTORS), ...op.copy(COLUMN, LINE), ...op.copy(INNER, COUNT),
      ...times(rows, (row) => [
        ...(isListed ? listedStart(row) : []),
        ...times(vectors, (place) => [...first(row, place), ...op.set(sum(row, place))]),
      ]),
      ...op.repeat(COUNT, 1, [
        ...times(vectors, (place) => [...op.get(LINE), ...op.load(place * VECTOR), ...op.set(line(place))]),
        ...times(rows, (row) => [
          ...op.get(FACTORS), ...op.splat(row * aRow * BYTES), ...op.set(factor),
          ...times(vectors, (place) => [
            ...term(sum(row, place), factor, line(place)), ...op.set(sum(row, place)),
          ]),
        ]),
        ...op.increase(FACTORS, aStep * BYTES), ...op.increase(LINE, bRow * BYTES),
      ]),
      ...times(rows, (row) => times(vectors, (place) => (
        [...op.get(OUT), ...op.get(sum(row, place)), ...op.store(row * outRow * BYTES + place * VECTOR)]
      ))),
      ...[COLUMN, OUT, ...(isListed ? [] : [FROM])].flatMap((pointer) => op.increase(pointer, vectors * VECTOR)),
    ];
  };
  const band = (rows, wide) => {
    const [whole, left] = [Math.floor(columns / (wide * 4)), Math.ceil(columns % (wide * 4) / 4)];
    return op.repeat(LEFT, 1, [
      ...op.copy(B, COLUMN), ...(isListed ? times(rows, ahead) : []),
      ...(whole ? [...op.integer(whole), ...op.set(TILES), ...op.repeat(TILES, 1, tile(rows, wide))] : []),
      ...(left ? tile(rows, left) : []),
      ...op.increase(A, rows * aRow * BYTES), ...op.increase(OUT, (rows * outRow - columns) * BYTES),
      ...op.increase(FROM, (isListed ? rows : rows * fromRow - columns) * BYTES),
    ]);
  };
  return {
    name: "product",
    parameters: LEFT,
    integers: LOCALS - LEFT,
    vectors: 1 + Math.max(WIDE * (TALL + 1), WIDEST * 2),
    body: [
      ...op.shifted(ROWS, 2), ...op.set(LEFT), ...op.ifAtLeast(LEFT, 1, band(TALL, WIDE)),
      ...op.masked(ROWS, TALL - 1), ...op.set(LEFT), ...op.ifAtLeast(LEFT, 1, band(1, WIDEST)),
    ],
  };
}

// The same without WebAssembly; sums are in the same order.
export function plainProduct({ aRow, aStep, bRow, outRow, fromRow, fromStart = 0, columns }, numbers) {
  const lists = new Int32Array(numbers.buffer);
  return (rows, inner, ...addresses) => {
    const [a, b, out, from] = addresses.map((address) => address / BYTES);
    const { fround } = Math; // rounded after each operation, as vectors are
    for (let row = 0; row < rows; row++) {
      const start = fromRow === LISTED ? lists[from + row] / BYTES + fromStart : from + row * fromRow;
      for (let column = 0; column < columns; column += 4) {
        const [target, first] = [out + row * outRow + column, start + column];
        let [sum0, sum1, sum2, sum3] = [numbers[first], numbers[first + 1], numbers[first + 2], numbers[first + 3]];
        for (let k = 0, place = a + row * aRow, line = b + column; k < inner; k++, place += aStep, line += bRow) {
          const factor = numbers[place];
          sum0 = fround(sum0 + fround(factor * numbers[line]));
          sum1 = fround(sum1 + fround(factor * numbers[line + 1]));
          sum2 = fround(sum2 + fround(factor * numbers[line + 2]));
          sum3 = fround(sum3 + fround(factor * numbers[line + 3]));
        }
        numbers[target] = sum0;
        numbers[target + 1] = sum1;
        numbers[target + 2] = sum2;
        numbers[target + 3] = sum3;
      }
    }
  };
}
