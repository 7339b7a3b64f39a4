// Steps through something, one after the other or in a pace of its own, until its end.

// It begins at the last step, if not told otherwise. onStep is told where it is, onPlay whether it plays.
export function makePlayer({ count, at = count - 1, pace, onStep, onPlay }) {
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
    // steps a second
    setPace(steps) {
      pace = steps;
      if (!timer) return;
      player.pause();
      player.play();
    },
  };
  return player;
}
