// Steps forward and back, or plays at a set pace until the end.

// at: the first step shown. onStep is called with the step, onPlay with true while it plays.
/** @param {{ count: number, at?: number, pace: number, onStep(now: number): void, onPlay(is: boolean): void }} _ */
export function makePlayer({ count, at = 0, pace, onStep, onPlay }) {
  let timer;
  const go = (to) => {
    at = Math.max(0, Math.min(count - 1, to));
    onStep(at);
  };
  const player = {
    get at() { return at; },
    get pace() { return pace; },
    get plays() { return timer !== undefined; },
    jump(to) {
      player.pause();
      go(to);
    },
    play() {
      if (at === count - 1) go(0);
      onPlay(true);
      timer = setInterval(() => {
        go(at + 1);
        if (at === count - 1) player.pause();
      }, 1000 / pace);
    },
    pause() {
      clearInterval(timer);
      timer = undefined;
      onPlay(false);
    },
    toggle() {
      if (timer) player.pause();
      else player.play();
    },
    // steps: per second
    setPace(steps) {
      pace = steps;
      if (!timer) return;
      player.pause();
      player.play();
    },
  };
  return player;
}
