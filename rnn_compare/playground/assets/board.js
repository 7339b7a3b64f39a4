// The board: cards, curves and verdict of the networks that are trained here, or of the recorded experiment.

import { element, setText } from "../../browser/common/dom.js";
import { buildCharts } from "../../browser/drawing/curves/curve_figures.js";
import { buildCards, cardOf, recordedCard } from "./cards.js";
import { curvesMessage } from "./curves_of_trainings.js";
import { buildVerdict } from "./results.js";

const RECORDED = "Recorded, not trained here: the book's experiment, as the program trained it.";

// place: where each part stands. Returns draw(networks): of the session, with their seeds; none shows what is recorded.
export function buildBoard(place, { charts, recorded, judging, glossary }) {
  const replay = element("p", "rc-replay", place.board);
  const headline = element("p", "verdict", place.board);
  const cards = buildCards(element("div", "cards", place.board), glossary);
  const empty = { charts: charts.map((chart) => ({ ...chart, baselines: [] })), groups: [] };
  const names = new Set(charts.map(({ name }) => name));
  const beginning = recorded
    ? { ...recorded.message, charts: recorded.message.charts.filter(({ name }) => names.has(name)) } : empty;
  const curves = element("section", "", place.board);
  curves.setAttribute("aria-label", "Curves");
  const figures = buildCharts(curves, beginning);
  const verdict = buildVerdict(headline, place.chance, judging);
  let [judged, drawn] = ["", ""]; // what the verdict that is shown rests on

  const judge = (networks) => {
    const seeds = networks.flatMap((network) => network.seeds);
    const ended = seeds.map(({ status }) => status).join();
    const basis = `${networks.map(({ id }) => id).join()} ${ended}`;
    if (basis === judged) return;
    judged = basis;
    const isOver = seeds.every(({ status }) => status === "finished");
    if (isOver) verdict.show(networks);
    else verdict.wait(networks.length > 1 ? "The verdict comes when all networks have trained to their end." : "");
  };
  return (networks) => {
    setText(replay, networks.length || !recorded ? "" : RECORDED);
    place.board.classList.toggle("is-recorded", !networks.length);
    if (networks.length) {
      cards(networks.map((network) => cardOf(network, network.seeds)));
      const ends = networks.map(({ id, seeds }) => `${id} ${seeds.map((seed) => [seed.figures.length, seed.status])}`);
      if (`${ends}` !== drawn) figures.update(curvesMessage(charts, networks)); // between epochs cards alone change
      drawn = `${ends}`;
      return judge(networks);
    }
    if (judged === "recorded") return undefined;
    [judged, drawn] = ["recorded", ""];
    cards(recorded ? recorded.cards.map(recordedCard) : []);
    figures.update(beginning);
    return recorded ? verdict.showRecorded(recorded) : verdict.wait("Nothing is trained yet.");
  };
}
