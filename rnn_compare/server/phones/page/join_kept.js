// What a phone keeps: the unsent answer, and for a day the questions of its last lecture with their outcomes.

const KEY = "rnn-compare unsent answer";
const LECTURE = "rnn-compare lecture";
const DAY = 24 * 3600 * 1000; // milliseconds

export function unsent() {
  return stored(KEY);
}

export function storeUnsent(message) {
  store(KEY, message);
}

// Keeps a question of a lecture. What is not known yet does not replace what is.
export function keepQuestion(lecture, entry, now = Date.now()) {
  const kept = stored(LECTURE);
  const questions = kept && kept.lecture === lecture ? kept.questions : [];
  const earlier = questions.find(({ question }) => question.id === entry.question.id);
  if (!earlier) questions.push(entry);
  else if (entry.said || !earlier.said) Object.assign(earlier, entry);
  store(LECTURE, { lecture, at: now, questions });
}

// The kept questions of a lecture; none after a day.
export function keptQuestions(lecture, now = Date.now()) {
  const kept = stored(LECTURE);
  return kept && kept.lecture === lecture && now - kept.at < DAY ? kept.questions : [];
}

// What became of a kept question; `begun`: its reveal was left while networks trained.
export function outcomeInWords({ said, begun }) {
  return said || (begun ? "The lecture went on before the last epoch was shown." : "The outcome was not shown.");
}

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // A browser without storage can still send answers.
  }
}
