// Has the sidebar open on a desktop and shut on a phone, where it covers the page; follows the ways of the first page;
// mends the list of pages for screen readers.

const PHONE = "(max-width: 767px)"; // where Streamlit moves the page names into the sidebar
const LINK = "[data-testid=stSidebarNavLink]", SHUT = "[data-testid=stSidebarCollapseButton] button";
const OPEN = "[data-testid=stExpandSidebarButton]", SIDEBAR = "[data-testid=stSidebar]";
const ITEMS = "[data-testid=stSidebarNavItems]";
let listens = false, isPlaced = false;

export function render() {
  if (listens) return;
  listens = true;
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(LINK) && matchMedia(PHONE).matches) setOpen(false);
    /** @type {HTMLAnchorElement | null} */
    const way = event.target.closest(".rc-start a");
    if (way && !event.ctrlKey && !event.metaKey && follow(way)) event.preventDefault();
  });
  new MutationObserver(() => { place(); mendList(); }).observe(document.body, { childList: true, subtree: true });
  place();
  mendList();
}

// Once: Streamlit remembers that it was shut, by a click beside it in a narrow window too, for windows of any width.
function place() {
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

// Streamlit puts the pages of a section into a div within the list, where HTML allows none.
function mendList() {
  for (const node of document.querySelectorAll(`${ITEMS}:not([role]), ${ITEMS} li:not([role])`)) {
    node.setAttribute("role", node.matches(ITEMS) ? "group" : "none");
  }
}
