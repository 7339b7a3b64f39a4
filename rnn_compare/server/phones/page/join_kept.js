// What this phone has not been able to send yet outlives a reload.

const KEY = "rnn-compare unsent answer";

export function unsent() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export function keep(message) {
  try {
    if (message) localStorage.setItem(KEY, JSON.stringify(message));
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing still sends what it can.
  }
}
