// What the browsers of 2022 have, or scripts ask for before they use it, and the library of TypeScript 4.9 lacks; and Plotly,
// which a page loads. What is newer is missing here on purpose: old phones would stop at it.

interface Array<T> {
  findLastIndex(test: (value: T, index: number) => unknown): number;
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
