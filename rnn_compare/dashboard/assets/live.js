// Asks the server for news, as long as the board is on the page (see server/news.py).

const BUSY = 1250, IDLE = 3000; // milliseconds between two questions, while something trains and while nothing does

export function follow(draw) {
  const live = { url: "", seen: "", busy: true, timer: 0 };
  const ask = async () => {
    const { url } = live;
    if (!url) return;
    try {
      // The browser sends along what it has; of 304 it makes the answer that it kept.
      const response = await fetch(url, { cache: "no-cache" });
      const tag = response.headers.get("etag");
      if (response.ok && tag !== live.seen) {
        const data = await response.json();
        if (url !== live.url) return; // the page shows other runs by now, and asks for those
        live.seen = tag;
        live.busy = data.busy;
        draw(data);
      }
    } catch {
      // No network just now: the next answer holds everything.
    }
    if (url !== live.url) return;
    clearTimeout(live.timer); // the page may have been drawn meanwhile, and have set one
    live.timer = setTimeout(ask, live.busy ? BUSY : IDLE);
  };
  return {
    // What the page itself has just drawn may be older than the last answer: the next one is drawn in any case.
    from(url, busy) {
      clearTimeout(live.timer);
      Object.assign(live, { url, busy, seen: "", timer: setTimeout(ask, busy ? BUSY : IDLE) });
    },
    end() {
      live.url = "";
      clearTimeout(live.timer);
    },
  };
}
