// A review from the hall: written, sent, and followed to the wall.

import { element, fill, part, say } from "./join_dom.js";
import { send } from "./join_line.js";

const RETRY = 2000;
let isWaiting = false;
let followed = "";

part("review-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isWaiting) sendReview();
});

async function sendReview() {
  const text = part("review").value.trim();
  if (!text) {
    say(part("review-said"), "Write a review first.");
    part("review").focus();
    return;
  }
  isWaiting = true;
  say(part("review-said"), "Sending …");
  const result = await send("join/review", { text });
  isWaiting = false;
  if (!result) {
    say(part("review-said"), "Offline: not sent yet. Leave this page open.");
    setTimeout(sendReview, RETRY);
  } else if (result.kept) {
    part("review").value = "";
    say(part("review-said"), "Sent to the presenter. A new one replaces it.");
  } else say(part("review-said"), result.said);
}

function whereItIs(mine, wall) {
  if (!mine) return "";
  if (wall && mine.id === wall.id) return "Your review is on the wall.";
  return mine.shown ? "Your review was on the wall." : "Your review is with the presenter. A new one replaces it.";
}

// Says where the own review is, once whenever that changes.
function follow(mine, wall) {
  const said = whereItIs(mine, wall);
  if (said === followed || isWaiting) return;
  if (followed && !said) say(part("review-said"), "The presenter has dismissed your review.");
  else say(part("review-said"), said);
  followed = said;
}

export function tellOfReviews({ reviews, wall }, mine) {
  part("reviews").hidden = !reviews;
  part("wall").hidden = !wall;
  follow(mine, wall);
  if (!wall) return;
  say(part("wall-title"), mine && mine.id === wall.id ? "Your review is on the wall" : "On the wall");
  say(part("wall-text"), wall.text);
  fill(part("wall-verdicts"), ...wall.verdicts.map((line) => element("li", {}, line)));
}
