// Enlarges what is on the wall until it fills its frame.

const LEAST = 0.5; // what is small is read by some, what is cut off by nobody
const STEP = 0.02;

// Returns the largest number between two limits that fits, or the smaller limit.
export function largest(fits, low, high, precision) {
  if (fits(high)) return high;
  while (high - low > precision) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

// Returns what fits an element into its frame: when `key` is another one, and when it no longer fits; what only counts
// does not make it jump. Its scale is the property --fit (wall.css); `most` is the largest, 0 for none.
export function makeFit(frame, node, isWide = () => frame.scrollWidth > frame.clientWidth + 1) {
  let seen = "";
  const fits = () => frame.scrollHeight <= frame.clientHeight + 1 && !isWide(); // these are rounded
  const set = (scale) => {
    node.style.setProperty("--fit", scale);
    return fits();
  };
  return function fit(most, key) {
    const now = [key, most, node.querySelectorAll("*").length, innerWidth, innerHeight].join();
    if (now === seen && fits()) return;
    seen = now;
    const least = set(1) ? 1 : LEAST;
    // A step less than what fits: at that very scale a line may break later than while it was tried.
    if (most) set(Math.max(least, largest(set, least, most, STEP) - STEP));
    else node.style.removeProperty("--fit"); // that of what is around it
  };
}
