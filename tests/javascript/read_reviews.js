// Reads what stands in standard input with the scripts of the page that reads, for tests that compare it with Python.

import process from "node:process";
import { text } from "node:stream/consumers";

import { encode, isForeign, makeVocabulary, tokenize } from "../../rnn_compare/browser/arithmetic/encoding.js";
import { attentionOf } from "../../rnn_compare/browser/arithmetic/layers.js";
import { importance } from "../../rnn_compare/browser/arithmetic/message.js";
import {
  logitOf, logitOfNothing, logitsByWord, logitsWithout, makeNetwork, pass,
} from "../../rnn_compare/browser/arithmetic/network.js";
import { decompressed } from "../../rnn_compare/browser/arithmetic/numbers.js";

const {
  texts = [], words = [], sizes = {}, languages, networks = [], rows = [], at = 0,
} = JSON.parse(await text(process.stdin));

function result(work) {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

async function read({ formulas, numbers, ...description }) {
  // oxlint-disable-next-line no-implied-eval -- the page's own script declares them
  const declared = new Function(`${formulas}; return FORMULAS;`)();
  const network = makeNetwork(description, await decompressed(numbers, Float32Array), declared[description.cell?.name]);
  return {
    nothing: logitOfNothing(network),
    reviews: rows.map((row) => {
      const ids = Int32Array.from(row);
      const traces = pass(network, ids);
      return {
        logit: logitOf(network, ids, traces),
        by_word: result(logitsByWord(network, ids, at, traces)),
        without: result(logitsWithout(network, ids, at, traces)),
        attention: [...ids.keys()].slice(at).map((place) => [...attentionOf(network, ids)?.(place) ?? []]),
        importance: traces.map((_, layer) => importance(network, traces, layer, at)),
        traces: traces.map((ways) => ways.map(({ values }) => (
          Object.fromEntries(Object.entries(values).map(([name, numbersOf]) => [name, [...numbersOf]]))
        ))),
      };
    }),
  };
}

const vocabulary = makeVocabulary(words);
const encoded = texts.map((sample) => ({
  words: tokenize(sample),
  ids: [...encode(sample, vocabulary, sizes).ids],
  shown: encode(sample, vocabulary, sizes).words,
  foreign: languages && isForeign(tokenize(sample), languages),
}));
process.stdout.write(JSON.stringify({ texts: encoded, networks: await Promise.all(networks.map(read)) }));
