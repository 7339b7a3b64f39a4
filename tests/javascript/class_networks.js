// Trains networks as a class's phones and wall do. Reads cells and seeds; writes each network as it is sent. The first
// argument is the file of the task, as the server packs it.

import { readFileSync } from "node:fs";
import process from "node:process";
import { taskOf, trained } from "../../rnn_compare/browser/arithmetic/training/class_worker.js";

const task = await taskOf(JSON.parse(readFileSync(process.argv[2], "utf-8")));
const networks = [];
for (const [cell, seed] of JSON.parse(readFileSync(0, "utf-8"))) networks.push((await trained(task, cell, seed)).network);
console.log(JSON.stringify(networks));
