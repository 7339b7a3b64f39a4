// Products of small matrices, out[r, c] = from[r, c] + Σ a[r, k] · b[k, c], k upwards: for WebAssembly, and without it.
// A shape { aRow, aStep, bRow, outRow, fromRow, columns } has the distances between rows, and in `a` between the
// elements of a sum, in numbers: `a` may be transposed, `from` one row for all. Both ways return a function of the
// number of rows, of products in a sum, and of the addresses of a, b, out and from.

import { op } from "./assembler.js";

const VECTOR = 16; // bytes
const BYTES = 4;
// A tile's sums stay in registers. With more of them, or two products of a sum in a turn of the loop, V8 would not have
// enough: it computes nothing before all of a turn is loaded.
const [TALL, WIDE] = [4, 2]; // rows, vectors
const [ROWS, INNER, A, B, OUT, FROM, LEFT, TILES, COUNT, FACTORS, COLUMN, LINE, LOCALS] = Array(13).keys();

const times = (size, make) => Array.from({ length: size }, (_, index) => make(index)).flat();

export function compiledProduct({ aRow, aStep, bRow, outRow, fromRow, columns }) {
  const tile = (rows, vectors) => {
    const [factor, line] = [LOCALS, (place) => LOCALS + 1 + place];
    const sum = (row, place) => line(vectors * (row + 1) + place);
    const eachSum = (make) => times(rows, (row) => times(vectors, (place) => make(row, place)));
    return [
      ...op.copy(A, FACTORS), ...op.copy(COLUMN, LINE), ...op.copy(INNER, COUNT),
      ...eachSum((row, place) => (
        [...op.get(FROM), ...op.load(row * fromRow * BYTES + place * VECTOR), ...op.set(sum(row, place))]
      )),
      ...op.repeat(COUNT, 1, [
        ...times(vectors, (place) => [...op.get(LINE), ...op.load(place * VECTOR), ...op.set(line(place))]),
        ...times(rows, (row) => [
          ...op.get(FACTORS), ...op.splat(row * aRow * BYTES), ...op.set(factor),
          ...times(vectors, (place) => [
            ...op.get(sum(row, place)), ...op.get(factor), ...op.get(line(place)), ...op.mul, ...op.add,
            ...op.set(sum(row, place)),
          ]),
        ]),
        ...op.increase(FACTORS, aStep * BYTES), ...op.increase(LINE, bRow * BYTES),
      ]),
      ...eachSum((row, place) => (
        [...op.get(OUT), ...op.get(sum(row, place)), ...op.store(row * outRow * BYTES + place * VECTOR)]
      )),
      ...[COLUMN, OUT, FROM].flatMap((pointer) => op.increase(pointer, vectors * VECTOR)),
    ];
  };
  const whole = Math.floor(columns / (WIDE * 4));
  const band = (rows) => op.repeat(LEFT, 1, [
    ...op.copy(B, COLUMN),
    ...(whole ? [...op.integer(whole), ...op.set(TILES), ...op.repeat(TILES, 1, tile(rows, WIDE))] : []),
    ...(columns % (WIDE * 4) ? tile(rows, 1) : []),
    ...[[A, aRow, 0], [OUT, outRow, columns], [FROM, fromRow, columns]].flatMap(([pointer, stride, moved]) => (
      op.increase(pointer, (rows * stride - moved) * BYTES)
    )),
  ]);
  return {
    name: "product",
    parameters: LEFT,
    integers: LOCALS - LEFT,
    vectors: 1 + WIDE * (TALL + 1),
    body: [
      ...op.shifted(ROWS, 2), ...op.set(LEFT), ...op.ifAtLeast(LEFT, 1, band(TALL)),
      ...op.masked(ROWS, TALL - 1), ...op.set(LEFT), ...op.ifAtLeast(LEFT, 1, band(1)),
    ],
  };
}

// The same without WebAssembly; sums are in the same order.
export function plainProduct({ aRow, aStep, bRow, outRow, fromRow, columns }, numbers) {
  return (rows, inner, ...addresses) => {
    const [a, b, out, from] = addresses.map((address) => address / BYTES);
    const { fround } = Math; // rounded after each operation, as vectors are
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column += 4) {
        const [target, first] = [out + row * outRow + column, from + row * fromRow + column];
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
