// Train, Stop and Continue, with what is trained already, how long the rest takes, and less for a slow device.

import { button, element, setText } from "../../../browser/common/dom.js";
import { roughDuration } from "../training/estimates.js";
import { networksOf } from "./networks.js";
import { parsed, textsOf } from "./setup_values.js";

const LONG = 300; // seconds
const LESS = [["reviews", 5000, "5,000 reviews"], ["maxlen", 200, "maxlen 200"]];
const NOT_KEPT = "This browser keeps nothing for this page, as in a private window or on a full disk: trainings are "
  + "lost when the tab is closed.";

// acts: press(), and take(changes), which trains a smaller set-up.
export function buildControls(root, { contents, session, paces, cores, kept }, acts) {
  const press = button("primary", root, "Train", () => { if (press.ariaDisabled !== "true") acts.press(); });
  const summary = element("p", "soft", root);
  const status = element("p", "setup-status", root);
  status.setAttribute("role", "status");
  const offers = element("div", "offers", root);
  const warning = element("p", "soft", root, NOT_KEPT);
  let [turn, offered] = [0, ""];

  const seconds = (texts) => {
    const { setup, problems } = parsed(texts, contents);
    if (Object.keys(problems).length) return undefined;
    return paces.seconds(networksOf(setup, contents), setup.seeds, cores);
  };
  // How long the book takes here, and smaller set-ups if this one takes long.
  const offer = (texts) => {
    const [whole, book] = [texts, textsOf(contents.presets[0])].map(seconds);
    const isBook = Object.entries(textsOf(contents.presets[0])).every(([name, text]) => texts[name] === text);
    const sentence = book && !isBook ? `${contents.presets[0].name}: ${roughDuration(book)} on this device.` : "";
    const less = whole > LONG ? LESS.filter(([name, most]) => Number(texts[name]) > most) : [];
    const smaller = less.map(([name, most, label]) => (
      { name, most, text: `${label}: ${roughDuration(seconds({ ...texts, [name]: `${most}` }))}` }
    ));
    const next = JSON.stringify([sentence, smaller]);
    if (next === offered) return;
    offered = next;
    offers.replaceChildren();
    if (smaller.length) element("p", "", offers, `This takes ${roughDuration(whole)} on this device. Shorter:`);
    for (const { name, most, text } of smaller) button("", offers, text, () => acts.take({ [name]: `${most}` }));
    if (sentence) element("p", "soft", offers, sentence);
  };
  return {
    say: (sentence) => setText(status, sentence.replaceAll(" %", "\u00A0%")),
    // form: the texts; isShown: whether the board shows these networks.
    async show(texts, isShown) {
      turn += 1;
      const mine = turn;
      const { setup, problems } = parsed(texts, contents);
      const isWrong = Object.keys(problems).length > 0;
      press.ariaDisabled = `${isWrong && !session.isTraining()}`;
      warning.hidden = kept.isKept();
      offer(texts);
      if (isWrong) {
        setText(summary, "");
        setText(press, session.isTraining() ? "Stop" : "Train");
        return;
      }
      const networks = networksOf(setup, contents);
      const { ended, begun, all } = await session.known(networks, setup);
      if (mine !== turn) return;
      const isStopped = isShown && begun > ended && ended < all.length;
      setText(press, session.isTraining() ? "Stop" : isStopped ? "Continue" : "Train");
      const left = paces.seconds(networks, setup.seeds, cores, (network, seed) => (
        network.settings.epochs - (all[seed * networks.length + networks.indexOf(network)]?.figures.length ?? 0)
      ));
      setText(summary, summaryOf(networks, setup.seeds, { ended, all }, left));
    },
  };
}

function summaryOf(networks, seeds, { ended, all }, left) {
  const count = networks.length;
  const which = count === 1 ? networks[0].title : `${count} networks`;
  if (ended === all.length) return `${which}: trained in this browser`;
  const many = seeds > 1 ? `, ${all.length} trainings` : "";
  const trained = ended ? `; ${ended} of ${all.length} trained` : "";
  return `${which}${many}${left === undefined ? "" : `, ${roughDuration(left)} on this device`}${trained}`;
}
