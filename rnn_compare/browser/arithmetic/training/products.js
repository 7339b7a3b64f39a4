// Products of small matrices, out[r, c] = from[r, c] + Σ a[r, k] · b[k, c]: for WebAssembly, and without it. Distances
// between rows, and in `a` between the elements of a sum, are arguments: `a` may be transposed, `from` one row for all.

import { op } from "./assembler.js";

const VECTOR = 16; // bytes
const BYTES = 4;
const TALL = 4; // rows of a tile whose sums stay in registers
const WIDE = 2; // and its vectors
// The arguments of a tile; of a product two more.
const [A, A_ROW, A_STEP, B, B_STEP, OUT, OUT_ROW, FROM, FROM_ROW, INNER, ROWS, WIDTH] = Array(12).keys();
const TILES = [[TALL, WIDE], [TALL, 1], [1, WIDE], [1, 1]];

function tile([rows, vectors]) {
  const [count, line, target] = [10, 11, 12]; // line: of b; target: of out
  const pointer = (row) => 13 + row;
  const factor = 13 + rows;
  const lineOf = (place) => factor + 1 + place;
  const sum = (row, place) => factor + 1 + vectors * (row + 1) + place;
  const each = (size, make) => Array.from({ length: size }, (_, index) => make(index)).flat();
  const eachSum = (start, stride, make) => [
    ...op.copy(start, target),
    ...each(rows, (row) => [...each(vectors, (place) => make(row, place)), ...op.increaseBy(target, stride)]),
  ];
  return {
    name: `tile${rows}x${vectors}`,
    parameters: 10,
    integers: 3 + rows,
    vectors: 1 + vectors * (rows + 1),
    body: [
      ...op.copy(INNER, count), ...op.copy(B, line), ...op.copy(A, pointer(0)),
      ...each(rows - 1, (row) => (
        [...op.copy(pointer(row), pointer(row + 1)), ...op.increaseBy(pointer(row + 1), A_ROW)]
      )),
      ...eachSum(FROM, FROM_ROW, (row, place) => (
        [...op.get(target), ...op.load(place * VECTOR), ...op.set(sum(row, place))]
      )),
      ...op.repeat(count, 1, [
        ...each(vectors, (place) => [...op.get(line), ...op.load(place * VECTOR), ...op.set(lineOf(place))]),
        ...each(rows, (row) => [
          ...op.get(pointer(row)), ...op.splat(), ...op.set(factor),
          ...each(vectors, (place) => [
            ...op.get(sum(row, place)), ...op.get(factor), ...op.get(lineOf(place)), ...op.mul, ...op.add,
            ...op.set(sum(row, place)),
          ]),
          ...op.increaseBy(pointer(row), A_STEP),
        ]),
        ...op.increaseBy(line, B_STEP),
      ]),
      ...eachSum(OUT, OUT_ROW, (row, place) => (
        [...op.get(target), ...op.get(sum(row, place)), ...op.store(place * VECTOR)]
      )),
    ],
  };
}

function product(firstTile) {
  const [left, line, target, first] = [12, 13, 14, 15];
  const call = (rows, vectors) => [
    ...[A, A_ROW, A_STEP, line, B_STEP, target, OUT_ROW, first, FROM_ROW, INNER].flatMap(op.get),
    ...op.call(firstTile + TILES.findIndex(([tall, wide]) => tall === rows && wide === vectors)),
  ];
  const band = (rows) => [
    ...op.copy(B, line), ...op.copy(OUT, target), ...op.copy(FROM, first),
    ...op.shifted(WIDTH, 5), ...op.set(left), // whole tiles of two vectors
    ...op.ifAtLeast(left, 1, op.repeat(left, 1, [
      ...call(rows, WIDE), ...[line, target, first].flatMap((pointer) => op.increase(pointer, WIDE * VECTOR)),
    ])),
    ...op.masked(WIDTH, VECTOR), ...op.set(left),
    ...op.ifAtLeast(left, 1, call(rows, 1)),
    ...Array.from({ length: rows }, () => (
      [[A, A_ROW], [OUT, OUT_ROW], [FROM, FROM_ROW]].flatMap(([pointer, stride]) => op.increaseBy(pointer, stride))
    )).flat(),
  ];
  const bands = 16;
  return {
    name: "product",
    parameters: 12,
    integers: 5,
    body: [
      ...op.shifted(ROWS, 2), ...op.set(bands),
      ...op.ifAtLeast(bands, 1, op.repeat(bands, 1, band(TALL))),
      ...op.masked(ROWS, TALL - 1), ...op.set(bands),
      ...op.ifAtLeast(bands, 1, op.repeat(bands, 1, band(1))),
    ],
  };
}

// The functions to assemble, of which `product` is the last; they stand from place `first` of the module on.
export const productFunctions = (first) => [...TILES.map(tile), product(first)];

// Returns the same function of the same arguments without WebAssembly; sums are in the same order.
export function plainProduct(numbers) {
  return (...lengths) => {
    const counts = lengths.map((length, place) => (place === INNER || place === ROWS ? length : length / BYTES));
    const [a, aRow, aStep, b, bStep, out, outRow, from, fromRow, inner, rows, columns] = counts;
    const { fround } = Math; // rounded after each operation, as vectors are
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column += 4) {
        const [target, first] = [out + row * outRow + column, from + row * fromRow + column];
        let [sum0, sum1, sum2, sum3] = [numbers[first], numbers[first + 1], numbers[first + 2], numbers[first + 3]];
        for (let k = 0, place = a + row * aRow, line = b + column; k < inner; k++, place += aStep, line += bStep) {
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
