// Polls the server for news as long as the board is on the page (see server/live.py).

const BUSY = 1250, IDLE = 3000; // milliseconds between two requests, while something trains and otherwise
const SOON = 250, FEW = 6; // the first few come sooner: after Train, everybody waits for the first point

export function followNews(show) {
  let asked = ""; // the URL; empty after the end
  let seen = "";
  let busy = true;
  let few = 0;
  let timer;
  const later = () => {
    clearTimeout(timer); // a redraw of the page may have set one
    timer = setTimeout(ask, !busy ? IDLE : few > 0 ? SOON : BUSY);
    few -= 1;
  };
  async function ask() {
    const url = asked;
    const news = await whatIsNew(url, seen);
    if (url !== asked) return; // the page shows other runs by now
    if (news) {
      seen = news.tag;
      busy = news.data.busy;
    }
    later();
    if (news) show(news.data);
  }
  return {
    // The page may just have drawn something older than the last answer, so the next answer is always drawn.
    from(url, isBusy) {
      if (url !== asked) few = FEW; // only for other runs: the page may redraw every two seconds
      asked = url;
      seen = "";
      busy = isBusy;
      later();
    },
    end() {
      asked = "";
      clearTimeout(timer);
    },
  };
}

// Returns a message and its tag; nothing if the tag is unchanged.
async function whatIsNew(url, seen) {
  try {
    // The browser sends its cached tag, and turns a 304 into the cached answer.
    const response = await fetch(url, { cache: "no-cache" });
    const tag = response.headers.get("etag");
    return response.ok && tag !== seen ? { tag, data: await response.json() } : undefined;
  } catch {
    return undefined; // no network at the moment: the next answer holds everything
  }
}
