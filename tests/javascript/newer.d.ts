// What browsers have and the library of TypeScript 4.9 lacks; and Plotly, which a page loads.

interface Array<T> {
  toSorted(compare?: (a: T, b: T) => number): T[];
  toReversed(): T[];
  findLastIndex(test: (value: T, index: number) => unknown): number;
}
interface MapConstructor {
  groupBy<K, V>(values: Iterable<V>, keyOf: (value: V) => K): Map<K, V[]>;
}
interface Uint8ArrayConstructor {
  fromBase64?(text: string): Uint8Array;
}
declare class DecompressionStream {
  constructor(format: "gzip");
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}
interface Window {
  Plotly: any;
}
