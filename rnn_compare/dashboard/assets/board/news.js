// Asks the server for news, as long as the board is on the page (see server/news.py).

const BUSY = 1250, IDLE = 3000; // milliseconds between two questions, while something trains and while nothing does
const SOON = 250, FEW = 6; // a few come sooner: whoever has just pressed Train waits for the first point

export function followNews(show) {
  let asked = ""; // the address; none once it has ended
  let seen = "";
  let busy = true;
  let few = 0;
  let timer;
  const later = () => {
    clearTimeout(timer); // the page may have been drawn meanwhile, and have set one
    timer = setTimeout(ask, !busy ? IDLE : few > 0 ? SOON : BUSY);
    few -= 1;
  };
  async function ask() {
    const url = asked;
    const news = await whatIsNew(url, seen);
    if (url !== asked) return; // the page shows other runs by now, and asks for those
    if (news) {
      seen = news.tag;
      busy = news.data.busy;
    }
    later();
    if (news) show(news.data);
  }
  return {
    // What the page itself has just drawn may be older than the last answer: the next one is drawn in any case.
    from(url, isBusy) {
      if (url !== asked) few = FEW; // other runs: a page that is drawn anew every two seconds is no reason
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

// Returns a message and its tag, or nothing where the tag is the one that was seen.
async function whatIsNew(url, seen) {
  try {
    // The browser sends along what it has; of 304 it makes the answer that it kept.
    const response = await fetch(url, { cache: "no-cache" });
    const tag = response.headers.get("etag");
    return response.ok && tag !== seen ? { tag, data: await response.json() } : undefined;
  } catch {
    return undefined; // No network just now: the next answer holds everything.
  }
}
