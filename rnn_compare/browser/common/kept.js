// Values that a browser keeps for a page, as JSON; where it keeps nothing, as in some private windows, null.

/** @param {"localStorage" | "sessionStorage"} area @param {string} key */
export function keeper(area, key) {
  return {
    read() {
      try {
        return JSON.parse(globalThis[area].getItem(key));
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        globalThis[area].setItem(key, JSON.stringify(value));
      } catch { /* forbidden or full */ }
    },
  };
}
