// Unpacks reviews and describes networks from standard input, for tests that compare both with Python's.

import process from "node:process";
import { text } from "node:stream/consumers";

import { describe } from "../../rnn_compare/browser/arithmetic/description.js";
import { padded, readReviews } from "../../rnn_compare/browser/arithmetic/packed_reviews.js";

const { packed, sizes = [], networks = [] } = JSON.parse(await text(process.stdin));
const reviews = packed && await readReviews(packed);
process.stdout.write(JSON.stringify({
  padded: sizes.map((size) => Object.values(padded(reviews, size)).map((numbers) => [...numbers])),
  described: networks.map(([cell, settings]) => describe(cell, settings)),
}));
