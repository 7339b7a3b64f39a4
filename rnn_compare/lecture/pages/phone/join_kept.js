// What a phone keeps: the unsent answer, and for a day its last lecture, with its questions and their outcomes.

import { keeper } from "../../../browser/common/kept.js";

const answer = keeper("localStorage", "rnn-compare unsent answer");
const last = keeper("localStorage", "rnn-compare class");
const DAY = 24 * 3600 * 1000; // milliseconds

// Of the lecture: the next one may ask the same.
export function unsent(lecture) {
  const kept = answer.read();
  return kept && kept.lecture === lecture ? kept.message : null;
}

export function storeUnsent(lecture, message) {
  answer.write(message && { lecture, message });
}

function keptOf(lecture) {
  const kept = last.read();
  return kept && kept.lecture === lecture ? kept : { at: -Infinity, questions: [] };
}

// Keeps that this phone is in a lecture.
export function keepLecture(lecture, now = Date.now()) {
  last.write({ ...keptOf(lecture), lecture, at: now });
}

// Keeps a question of a lecture. What is not known yet does not replace what is.
export function keepQuestion(lecture, entry, now = Date.now()) {
  const { questions } = keptOf(lecture);
  const earlier = questions.find(({ question }) => question.id === entry.question.id);
  if (!earlier) questions.push(entry);
  else if (entry.said || !earlier.said) Object.assign(earlier, entry);
  last.write({ lecture, at: now, questions });
}

// The kept questions of a lecture; null if this phone was not in it, or a day ago.
export function keptQuestions(lecture, now = Date.now()) {
  const { at, questions } = keptOf(lecture);
  return now - at < DAY ? questions : null;
}

// What became of a kept question; `begun`: its reveal was left while networks trained; `grows`: more may have come.
export function outcomeInWords({ said, begun, grows }) {
  if (said) return grows ? `As the wall showed it: ${said}` : said;
  return begun ? "The lecture went on before the last epoch was shown." : "The outcome was not shown.";
}
