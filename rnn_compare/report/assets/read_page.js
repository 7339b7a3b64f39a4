// A report's page: its networks read what is typed, its reader trains one and answers a quiz, its charts are drawn.

import { listen as trainAsWorker } from "../../browser/arithmetic/training/train_worker.js";
import { buildCharts } from "../../browser/drawing/curves/curve_figures.js";
import { painted } from "../../browser/reading/prediction_card.js";
import { buildReader } from "../../browser/reading/reader.js";
import { buildPictures } from "./chart_pictures.js";
import { buildContents, holdPlace } from "./contents_list.js";
import { buildQuiz } from "./quiz_card.js";
import { buildTraining } from "./train_card.js";

const part = (id) => document.getElementById(id);
const json = (id) => JSON.parse(part(id).textContent);

// formulas: the cells' own, translated. A worker that runs this script trains.
export async function main(formulas) {
  if (globalThis.document === undefined) return trainAsWorker(globalThis);
  const data = json("networks");
  try {
    const reading = data.networks.length
      ? await buildReader(part("read"), { ...data, ...json("shared") }, formulas) : undefined;
    if (reading) holdPlace(part("read"));
    const [lesson, quiz] = [json("lesson"), json("quiz")];
    const add = reading?.add ?? (() => {});
    const training = lesson ? await buildTraining(part("train"), lesson, data.networks, add) : undefined;
    if (quiz && (reading || training)) buildQuiz(part("quiz-card"), quiz, reading, training);
  } finally { // an old browser cannot unpack the networks, but draws the charts
    await painted();
    drawCharts(json("charts"));
    buildContents();
  }
  return undefined;
}

function drawCharts(message) {
  if (!message.charts.length) return;
  buildPictures(part("pictures"), message, buildCharts(part("plots"), message, { isFolded: true }));
}
