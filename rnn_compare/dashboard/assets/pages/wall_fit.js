// Enlarges a step of a lecture until it fills the wall between its title and its number; where there are charts, these.

const WALL = "[data-testid=stMain]";
const STEP = "[class*='st-key-wall_step']";
const CHART = ".rc-plot, .rc-figure, .rc-inside";
const OFTEN = 100; // milliseconds: styles and fonts arrive without any change of the page's elements

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

// Fits a step when it is shown, when it gets or loses an element, and when it no longer fits: what only counts does not
// make it jump. The scale is the property --rc-fit (pages/present.css), the height of charts --rc-room. Returns a
// function that ends this.
export function fitSteps() {
  const root = document.documentElement;
  let seen = "";
  const fit = () => {
    const [wall, step] = [WALL, STEP].map((name) => document.querySelector(name));
    if (!step) return;
    const hasChart = Boolean(step.querySelector(CHART));
    const has = () => (
      wall.scrollHeight <= wall.clientHeight && (hasChart || step.scrollWidth <= step.clientWidth)
    );
    const size = getComputedStyle(root).fontSize;
    const now = [step.className, step.querySelectorAll("*").length, innerWidth, innerHeight, size].join();
    if (now === seen && has()) return;
    seen = now;
    const set = (name, value) => {
      root.style.setProperty(name, value);
      return has();
    };
    root.classList.add("rc-fitting"); // sizes that are on their way would be measured
    set("--rc-fit", 1);
    const setRoom = (room) => set("--rc-room", `${room}px`);
    const setScale = (scale) => set("--rc-fit", scale);
    if (hasChart) setRoom(largest(setRoom, 120, innerHeight, 4));
    else setScale(largest(setScale, setScale(1) ? 1 : 0.75, 2.5, 0.02));
    root.classList.remove("rc-fitting");
  };
  let frame;
  const observer = new MutationObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(fit); // before it is painted
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  const timer = setInterval(fit, OFTEN);
  return () => {
    observer.disconnect();
    clearInterval(timer);
    root.style.removeProperty("--rc-fit");
  };
}
