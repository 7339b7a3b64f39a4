// The phone's review: written, sent, and its status until it is on the wall.

import { byId, element, setText } from "../common/dom.js";
import { send } from "../common/line.js";

const RETRY = 2000;
let isWaiting = false;
let followed = "";
let followedIn = 0; // the lecture

byId("review-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isWaiting) sendReview();
});

async function sendReview() {
  const review = /** @type {HTMLTextAreaElement} */ (byId("review"));
  const text = review.value.trim();
  if (!text) {
    setText(byId("review-said"), "Write a review first.");
    review.focus();
    return;
  }
  isWaiting = true;
  setText(byId("review-said"), "Sending …");
  const result = await send("join/review", { text });
  isWaiting = false;
  if (!result) {
    setText(byId("review-said"), "Offline: not sent yet. Leave this page open.");
    setTimeout(sendReview, RETRY);
  } else if (result.kept) {
    review.value = "";
    review.blur(); // nobody is typing any more
    setText(byId("review-said"), "Sent to the presenter. A new one replaces it.");
  } else setText(byId("review-said"), result.said);
}

function reviewStatus(mine, wall) {
  if (!mine) return "";
  if (wall && mine.id === wall.id) return "Your review is on the wall.";
  return mine.shown ? "Your review was on the wall." : "Your review is with the presenter. A new one replaces it.";
}

// Shows the review's status when it changes.
function follow(mine, wall) {
  const said = reviewStatus(mine, wall);
  if (said === followed || isWaiting) return;
  if (followed && !said) setText(byId("review-said"), "The presenter has dismissed your review.");
  else setText(byId("review-said"), said);
  followed = said;
}

export function renderReviews({ lecture, on, reviews, wall }, mine) {
  if (!on || lecture !== followedIn) { // at a lecture's end nobody has dismissed a review
    followedIn = lecture;
    followed = "";
    setText(byId("review-said"), "");
  }
  byId("reviews").hidden = !reviews;
  byId("wall").hidden = !wall;
  follow(mine, wall);
  if (!wall) return;
  setText(byId("wall-title"), mine && mine.id === wall.id ? "Your review is on the wall" : "On the wall");
  setText(byId("wall-text"), wall.text);
  byId("wall-verdicts").replaceChildren(...wall.verdicts.map((line) => element("li", {}, line)));
}
