// The codes by which phones join: small in the corner, or large beside what phones are to do.

import { byId, setText } from "../common/dom.js";

const NO_CODE = { address: "", code: "" };

// The code in an element, if there is one: phones may not reach this machine.
function showImage(id, { address, code }) {
  const image = /** @type {HTMLImageElement} */ (byId(id));
  image.hidden = !code;
  if (image.hidden) return;
  if (image.src !== code) image.src = code;
  image.alt = `QR code of ${address}`;
}

// The large code stands beside what phones are to answer, and at the end; then there is none in the corner.
/** @param {WallState} state @param {WallOwn} own */
export function showCodes({ question, phase, parts }, { join, home }) {
  const isAsked = (question && phase === "open") || parts.some(({ kind }) => kind === "waiting");
  const large = home ?? (isAsked ? join : NO_CODE);
  byId("corner").hidden = Boolean(large.code);
  byId("code").hidden = !large.code;
  byId("code").classList.toggle("home", Boolean(home));
  setText(byId("caption"), home ? "" : large.address);
  setText(byId("address"), join.address);
  for (const node of document.querySelectorAll(".address")) setText(node, large.address);
  showImage("small-code", join);
  showImage("large-code", large);
}
