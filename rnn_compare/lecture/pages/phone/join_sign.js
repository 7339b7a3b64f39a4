// The phone's sign, by which a neighbour with another answer finds it, and its row of seats.

import { set } from "../../../browser/common/svg.js";
import { byId, setText } from "../common/dom.js";
import { send } from "../common/line.js";

export const SHAPES = {
  circle: "M-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0z",
  square: "M-8-8h16v16h-16z",
  triangle: "M0-9L10 8H-10z",
  star: "M0-10L2.900-3.200L10-2.700L4.600 2.100L6.300 9.200L0 5.300L-6.300 9.200L-4.600 2.100L-10-2.700L-2.900-3.200z",
  cross: "M-3.500-9h7v5.500h5.500v7h-5.500v5.500h-7v-5.500h-5.500v-7h5.500z",
  diamond: "M0-10L8 0L0 10L-8 0z",
};

let lecture = 0; // the number of the lecture
let sent = { lecture: 0, row: 0 }; // the row that was sent, and in which lecture
let latest = { state: null, own: null };
let isNews = false; // a message to this phone, before the one to all

export function signInWords({ colour, shape, number }) {
  return number ? `${colour} ${shape} ${number}` : `${colour} ${shape}`;
}

// Whom to look for.
export function whom({ others, differs }) {
  if (others > 1) return `Your two neighbours show it too. You ${differs ? "did not all agree" : "all agreed"}.`;
  return `Your neighbour shows it too, and ${differs ? "answered differently" : "gave the same answer"}.`;
}

export async function sendRow(event) {
  event.preventDefault();
  const row = Number(/** @type {HTMLInputElement} */ (byId("row-number")).value);
  const result = await send("join/row", { row });
  if (result && result.kept) sent = { lecture, row };
  byId("row").hidden = sent.lecture === lecture;
  setText(byId("row-said"), result ? result.said || "" : "Offline: not sent. Try again.");
}

// A server that was started again has forgotten the row. At a lecture's end it forgets it too, and says so next.
function sendAgain(state, own) {
  isNews = isNews || own !== latest.own;
  const isDue = isNews && state !== latest.state;
  latest = { state, own };
  if (!isDue) return;
  isNews = false;
  if (sent.lecture === lecture && own.row === null && state.on && state.rows) send("join/row", { row: sent.row });
}

export function renderSign(state, own) {
  const { sign, row } = own;
  lecture = state.lecture;
  const isSent = sent.lecture === lecture;
  sendAgain(state, own);
  byId("row").hidden = !state.on || !state.rows || row !== null || isSent;
  byId("sign").hidden = !sign;
  if (!sign) return;
  set(byId("sign-shape"), { class: sign.colour, d: SHAPES[sign.shape] });
  setText(byId("sign-words"), signInWords(sign));
  setText(byId("sign-whom"), whom(sign));
}
