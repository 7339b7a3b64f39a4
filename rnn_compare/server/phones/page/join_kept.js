// The unsent answer, which survives a reload.

const KEY = "rnn-compare unsent answer";

export function unsent() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export function storeUnsent(message) {
  try {
    if (message) localStorage.setItem(KEY, JSON.stringify(message));
    else localStorage.removeItem(KEY);
  } catch {
    // A browser without storage can still send answers.
  }
}
