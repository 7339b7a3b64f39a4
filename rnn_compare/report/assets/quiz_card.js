// The quiz at home: each question is answered by trying the page's networks. Answers stay in this browser; what was
// wrong is asked again after a week.

import { tokenize } from "../../browser/arithmetic/encoding.js";
import { button, element, setText } from "../../browser/common/dom.js";
import { keeper } from "../../browser/common/kept.js";
import { judge as judgeSettings } from "../../browser/judging/judge.js";

const WEEK = 7; // days
const LONGEST = 160; // characters of a text in a sentence
const day = (time) => new Date(time).toLocaleDateString("en", { day: "numeric", month: "long" });

// Answers by question, kept in this browser; where it keeps nothing, as in private windows, until the page is closed.
function answersOf(lecture) {
  const kept = keeper("localStorage", `rnn-quiz-${lecture}`);
  const answers = kept.read() ?? {};
  const keep = (id, isRight) => {
    Object.assign(answers, kept.read(), { [id]: { isRight, at: Date.now() } }); // another tab may have kept some
    kept.write(answers);
  };
  return { of: (id) => answers[id], keep };
}

// The beginning of the day, by the clock on the wall, that is some days after a time.
function daysAfter(time, days) {
  const date = new Date(time);
  return date.setHours(0, 0, 0, 0) && date.setDate(date.getDate() + days);
}

// Whether an answer was wrong a week ago or earlier, or by a clock that was a week ahead.
export const isDue = (answer, now) => (
  Boolean(answer && !answer.isRight && (now >= daysAfter(answer.at, WEEK) || now < daysAfter(answer.at, -WEEK)))
);

// The questions in the order in which to ask: what was wrong a week ago, then new ones, then the others.
export function inOrder(questions, answerOf, now) {
  const rank = ({ id }) => (isDue(answerOf(id), now) ? 0 : Number(Boolean(answerOf(id))) + 1);
  return [...questions].sort((a, b) => rank(a) - rank(b));
}

// Whether one word was added, removed or exchanged.
export function differInAWord(before, after) {
  const most = Math.min(before.length, after.length);
  let [start, end] = [0, 0];
  while (start < most && before[start] === after[start]) start++;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return Math.max(before.length, after.length) - start - end === 1;
}

// reading: { judge(name, text): the label that a network gives, undefined without a known word; show(text): has all
// networks of the page read a text; labels }. training: { results, changed: an EventTarget } or undefined.
export function buildQuiz(root, { lecture, questions }, reading, training) {
  const answers = answersOf(lecture);
  const now = Date.now();
  element("h2", "", root, "Questions");
  element("p", "soft", root, "Your answers stay in this browser; what was wrong is asked again in a week.");
  const list = element("ol", "quiz", root);
  const kinds = { find: askFind, texts: askTexts, seeds: askSeeds };
  for (const question of inOrder(questions, answers.of, now)) {
    if (question.kind === "seeds" && !training) continue;
    const item = element("li", "", list);
    const earlier = answers.of(question.id);
    if (isDue(earlier, now)) element("p", "quiz-again", item, `Wrong on ${day(earlier.at)}. Once more:`);
    else if (earlier) {
      element("p", "quiz-again", item, earlier.isRight ? `Right on ${day(earlier.at)}.`
        : `Wrong on ${day(earlier.at)}; asked again from ${day(daysAfter(earlier.at, WEEK))}.`);
    }
    element("p", "quiz-text", item, question.text);
    const controls = element("div", "quiz-controls", item);
    const status = element("p", "quiz-status", item);
    status.setAttribute("role", "status");
    let isDone = false;
    const end = (isRight, sentence, verdict = isRight ? "Right. " : "Not right. ") => { // the first answer counts
      if (!isDone) answers.keep(question.id, isRight);
      isDone = true;
      setText(status, `${verdict}${sentence} ${question.because}`);
    };
    kinds[question.kind](controls, question, reading, { end, tell: (words) => setText(status, words) }, training);
  }
  root.hidden = false;
}

const shortened = (words) => (words.length > LONGEST ? `${words.slice(0, LONGEST)} …` : words);
const named = (names) => names.join(" and ");
const labelsOf = (names, text, { judge, labels }) => (
  names.map((name) => `${name}: ${labels[judge(name, text)] ?? "nothing"}`).join(" · ")
);

function askFind(controls, { start, flips, keeps, answer }, { judge, show, labels }, { end, tell }) {
  const box = element("textarea", "quiz-box", controls);
  Object.assign(box, { value: start, rows: 2, ariaLabel: "The text, in which to change one word" });
  const labelled = element("p", "quiz-read", controls);
  labelled.setAttribute("role", "status");
  const follow = () => setText(labelled, labelsOf([...flips, ...keeps], box.value, { judge, labels }));
  const isFlipped = (name, typed) => judge(name, typed) !== judge(name, start);
  button("primary", controls, "Check", () => {
    const typed = box.value;
    if (!differInAWord(tokenize(start), tokenize(typed))) {
      return tell("Add, remove or exchange one word of the text, then check.");
    }
    show(typed);
    if (flips.some((name) => judge(name, typed) === undefined)) return tell("No network knows a word of this.");
    const still = flips.filter((name) => !isFlipped(name, typed));
    const too = keeps.filter((name) => isFlipped(name, typed));
    if (!still.length && !too.length) return end(true, "That word does it.");
    const parts = [still.length ? `${named(still)} did not flip` : "", too.length ? `${named(too)} flipped too` : ""];
    return tell(`Not yet: ${parts.filter(Boolean).join(", and ")}. Try another word.`);
  });
  button("", controls, "Show an answer", () => {
    box.value = answer;
    follow();
    show(answer);
    end(false, `For example: “${shortened(answer)}”`, "");
  });
  box.addEventListener("input", follow);
  follow();
}

function askTexts(controls, { texts, meant, networks }, { judge, show, labels }, { end, tell }) {
  const answers = texts.map((words) => labelsOf(networks, words, { judge, labels }));
  const wrong = texts.map((words, place) => networks.every((name) => judge(name, words) !== meant[place]));
  const rows = texts.map((words, place) => {
    const row = element("div", "quiz-choice", controls);
    const label = element("label", "", row);
    const box = element("input", "", label);
    box.type = "checkbox";
    label.append(` “${words}”`);
    button("", row, "Read it", () => {
      show(words);
      tell(answers[place]);
    }).setAttribute("aria-label", `Read: ${words}`);
    return { box, answer: element("p", "quiz-read", row) };
  });
  const all = ["wrong", "both wrong"][networks.length - 1] ?? "all wrong";
  button("primary", controls, "Answer", () => {
    rows.forEach(({ answer }, place) => setText(answer, `${wrong[place] ? `${all}: ` : ""}${answers[place]}`));
    end(rows.every(({ box }, place) => box.checked === wrong[place]), "The networks' answers stand at the texts.");
  });
  tell("Tick those, then answer.");
}

function askSeeds(controls, { trained, seeds }, _, { end, tell }, { results, changed }) {
  const scoresOf = (name) => results.filter((result) => result.name === name).map(({ score }) => score);
  const answer = (isLuck) => {
    const settings = trained.map((name) => ({ name, scores: scoresOf(name).slice(0, seeds) })); // chosen beforehand
    const [{ winner, difference: { newest: { p }, alpha } }] = judgeSettings(settings).pairs;
    const percent = p < 0.01 ? "less than 1 %" : `${(100 * p).toFixed(1)} %`;
    end(isLuck === !winner, `With ${seeds} seeds of each, equal networks would be so far apart in ${percent} of cases, `
      + `which ${winner ? "speaks against luck" : "luck may explain"}; the limit is ${Math.round(100 * alpha)} %.`);
  };
  const presses = [["Luck may explain it", true], ["More than luck", false]].map(([label, isLuck]) => (
    button("", controls, label, () => { answer(isLuck); })
  ));
  const follow = () => {
    const lacking = trained.map((name) => [name, seeds - scoresOf(name).length]).filter(([, count]) => count > 0);
    const seedsOf = (count) => `${count}${count < seeds ? " more" : ""} seed${count === 1 ? "" : "s"}`;
    for (const press of presses) press.disabled = lacking.length > 0;
    tell(lacking.length ? `First train ${lacking.map(([name, count]) => `${name} with ${seedsOf(count)}`).join(", ")}.`
      : "Look at the dots, then answer.");
  };
  let isAnswered = false;
  for (const press of presses) press.addEventListener("click", () => { isAnswered = true; });
  changed.addEventListener("trained", () => { if (!isAnswered) follow(); });
  follow();
}
