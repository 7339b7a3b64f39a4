// Has the sidebar open on a desktop and shut on a phone, where it covers the page; follows the ways of the first page;
// gives screen readers what Streamlit leaves out: a heading of the page, names that differ, a list that is one; has Esc
// take away what stands over the page where somebody points or the focus is.

import { element, setText } from "../../../browser/common/dom.js";

const PHONE = "(max-width: 767px)"; // where Streamlit moves the page names into the sidebar
const LINK = "[data-testid=stSidebarNavLink]", SHUT = "[data-testid=stSidebarCollapseButton] button";
const OPEN = "[data-testid=stExpandSidebarButton]", SIDEBAR = "[data-testid=stSidebar]";
const ITEMS = "[data-testid=stSidebarNavItems]";
const ROW = "[class*=st-key-lecture_] [data-testid=stHorizontalBlock]", NUMBER = "[data-testid=stNumberInput]";
let listens = false, isPlaced = false, heading;

export function render({ data, parentElement: place }) {
  heading = place.querySelector("h1") ?? element("h1", "rc-unseen", place);
  setText(heading, data.title);
  mend();
  if (listens) return;
  listens = true;
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(LINK) && matchMedia(PHONE).matches) setOpen(false);
    /** @type {HTMLAnchorElement | null} */
    const way = event.target.closest(".rc-start a");
    if (way && !event.ctrlKey && !event.metaKey && follow(way)) event.preventDefault();
  });
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") dismiss(); });
  document.addEventListener("focusout", ({ target }) => {
    if (target instanceof HTMLElement) delete target.dataset.dismissed;
  });
  new MutationObserver(() => { openOrShut(); mend(); }).observe(document.body, { childList: true, subtree: true });
  openOrShut();
}

// Once: Streamlit remembers that it was shut, by a click beside it in a narrow window too, for windows of any width.
function openOrShut() {
  if (isPlaced || !document.querySelector(SIDEBAR)) return;
  isPlaced = true;
  setOpen(!matchMedia(PHONE).matches);
}

function setOpen(isOpen) {
  const isShut = document.querySelector(SIDEBAR)?.getAttribute("data-collapsed");
  /** @type {HTMLElement | null} */
  const button = document.querySelector(isOpen ? OPEN : SHUT);
  if (isShut === String(isOpen)) button?.click();
}

// Returns true if there was no need to load the page anew.
function follow({ hash, pathname }) {
  if (hash) {
    setOpen(true);
    /** @type {HTMLElement | null} */
    const first = document.querySelector(".st-key-presets button");
    first?.focus();
    return true;
  }
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll("[data-testid=stTopNavLink]");
  const link = [...links].find((other) => other.pathname === pathname);
  link?.click();
  return Boolean(link);
}

// A glossary's sentence at the focus, and the values at the pointer in a chart, which Plotly hides as if it had left.
function dismiss() {
  if (document.activeElement instanceof HTMLElement) document.activeElement.dataset.dismissed = "";
  for (const plot of document.querySelectorAll(".nsewdrag")) plot.dispatchEvent(new MouseEvent("mouseout"));
}

function mend() {
  heading.hidden = document.querySelectorAll("[data-testid=stMain] h1").length > 1; // the page draws one of its own
  name(ROW, "h2, p", "button, a");
  name(NUMBER, "label", "button");
  mendList();
}

// Adds to the name of each control that others are called, too, what stands beside it.
function name(place, subject, controls) {
  for (const row of document.querySelectorAll(place)) {
    for (const node of row.querySelectorAll(`:is(${controls}):not([data-named])`)) {
      const text = node.ariaLabel ?? (node.querySelector("p") ?? node).textContent;
      node.ariaLabel = `${text}: ${row.querySelector(subject)?.textContent}`;
      node.dataset.named = "";
    }
  }
}

// Streamlit puts the pages of a section into a div within the list, where HTML allows none.
function mendList() {
  for (const node of document.querySelectorAll(`${ITEMS}:not([role]), ${ITEMS} li:not([role])`)) {
    node.setAttribute("role", node.matches(ITEMS) ? "group" : "none");
  }
}
