// Draws the live board: the result and the cards on top, then the charts and what else the curves say. It polls the
// server for messages of formatted text, numbers and the list of charts (see server/live.py).

import { component } from "../common/component.js";
import { element, explain, setText } from "../../../browser/common/dom.js";
import { buildChart } from "./board_chart.js";
import { buildCards, makePresses } from "./run_cards.js";

const TRIGGERS = { Stop: "stop", Continue: "resume" };
const BUSY = 1250, IDLE = 3000; // milliseconds between two requests, while something trains and otherwise
const ENDED = 2000; // milliseconds within which the pages of all viewers follow the end of a training, not all at once
const SOON = 250, FEW = 6; // the first few come sooner: after Train, everybody waits for the first point

export const { render, dispose } = component("rc-board", (root, { redraw, setTriggerValue }) => {
  let data, mayPress, drawn, help;
  let hidden = new Set(); // ids of groups
  const presses = makePresses((what, ids) => setTriggerValue(TRIGGERS[what], ids));
  const hide = (ids) => {
    hidden = ids;
    cards.markHidden(hidden);
    redraw();
  };
  const toggle = (id) => hide(toggled(hidden, id));
  const isolate = (id) => hide(isolated(hidden, id, data.groups.map((group) => group.id)));
  const replay = element("p", "rc-replay", root);
  const result = buildFindings(root, "rc-result", "The result", setWithRemarks);
  const subject = element("p", "rc-subject", root);
  // A group is hidden or shown in all charts at once.
  const cards = buildCards(root, { onName: toggle, onNameTwice: isolate, onPress: presses.press });
  const charts = buildCharts(root);
  const note = element("p", "rc-chart-note", root);
  const findings = buildFindings(root, "rc-findings", "What the curves say");
  const show = (message) => {
    data = message;
    presses.settle(data.groups);
    cards.show(data.groups, { mayPress, isPressed: presses.isPressed, help });
    cards.markHidden(hidden);
    charts.show(data.charts);
    setText(replay, data.replay);
    setText(subject, data.subject);
    setText(note, data.note);
    result.show(data.findings.slice(0, 1));
    findings.show(data.findings.slice(1));
    redraw();
  };
  const news = followNews(show, () => setTriggerValue("ended", true)); // the page draws the verdict only now and then
  return {
    update({ may_press: allowed, live, drawn: guessed, held_out: term, ...message }) {
      mayPress = allowed;
      help = term;
      drawn = guessed; // only the page sends this and the others here; news does not
      show(message);
      news.from(new URL(live, document.baseURI).href, message.busy);
    },
    draw(plotly) {
      charts.draw(plotly, {
        groups: data.groups, hidden, drawn, gap: data.gap, count: data.epochs, hint: data.hint,
        boardWidth: root.clientWidth,
      });
    },
    end: news.end,
  };
});

export function toggled(hidden, id) {
  return hidden.has(id) ? new Set([...hidden].filter((other) => other !== id)) : new Set([...hidden, id]);
}

// Hides all groups but one; shows all if that one is the only one visible.
export function isolated(hidden, id, ids) {
  const others = ids.filter((other) => other !== id);
  const isAlone = !hidden.has(id) && others.every((other) => hidden.has(other));
  return new Set(isAlone ? [] : others);
}

// The charts that the latest message declares. A chart that stays keeps its zoom.
function buildCharts(root) {
  const row = element("div", "rc-charts", root);
  const built = new Map();
  let declared = [];
  return {
    show(charts) {
      declared = charts;
      const names = new Set(charts.map(({ name }) => name));
      for (const [name, chart] of built) {
        if (!names.has(name)) { chart.remove(); built.delete(name); }
      }
      charts.forEach((chart, index) => {
        if (!built.has(chart.name)) built.set(chart.name, buildChart(row, chart));
        const { box } = built.get(chart.name);
        if (row.children[index] !== box) row.insertBefore(box, row.children[index] ?? null);
      });
    },
    draw(plotly, shown) {
      for (const chart of declared) built.get(chart.name).draw(plotly, chart, shown);
    },
  };
}

// A list of sentences.
function buildFindings(root, className, label, set = (item, text) => setText(item, unbroken(text))) {
  const list = element("ul", className, root);
  list.setAttribute("aria-label", label);
  return {
    show(findings) {
      while (list.children.length > findings.length) list.lastChild.remove();
      findings.forEach(({ color, text, help }, index) => {
        const item = list.children[index] ?? element("li", "", list);
        item.style.setProperty("--rc-color", color);
        set(item, text);
        explain(item, help);
      });
    },
  };
}

// Sets a sentence whose remarks in brackets are smaller than what it claims. Names such as LSTM(32) have no space.
function setWithRemarks(item, text) {
  const whole = unbroken(text);
  if (item.textContent === whole) return;
  item.textContent = "";
  const parts = whole.split(/( \((?:[^()]|\([^()]*\))*\))/);
  parts.forEach((part, index) => element(index % 2 ? "small" : "span", "", item, part));
}

// No line ends before a percent sign, an epoch's number, or within "3.9 ± 3.0 points".
export function unbroken(text) {
  return text.replace(/ (?=%)|(?<=epoch) (?=\d)/g, "\u00a0").replace(/ ± (\S+) /g, "\u00a0±\u00a0$1\u00a0");
}

// Polls the server as long as the board is on the page; whenEnded is called once nothing trains any more.
export function followNews(show, whenEnded) {
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
      if (busy && !news.data.busy) setTimeout(() => { if (asked) whenEnded(); }, ENDED * Math.random());
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
