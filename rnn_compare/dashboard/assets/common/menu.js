// Closes the menu on a phone once a page is chosen, since it covers the page; mends its list for screen readers.

const PHONE = "(max-width: 767px)"; // where Streamlit moves the page names into the sidebar
const LINK = "[data-testid=stSidebarNavLink]", SHUT = "[data-testid=stSidebarCollapseButton] button";
const ITEMS = "[data-testid=stSidebarNavItems]";
let listens = false;

export function render() {
  if (listens) return;
  listens = true;
  document.addEventListener("click", ({ target }) => {
    const isLink = target instanceof Element && target.closest(LINK);
    /** @type {HTMLElement | null} */
    const shut = document.querySelector(SHUT);
    if (isLink && matchMedia(PHONE).matches) shut?.click();
  });
  new MutationObserver(mendList).observe(document.body, { childList: true, subtree: true });
  mendList();
}

// Streamlit puts the pages of a section into a div within the list, where HTML allows none.
function mendList() {
  for (const node of document.querySelectorAll(`${ITEMS}:not([role]), ${ITEMS} li:not([role])`)) {
    node.setAttribute("role", node.matches(ITEMS) ? "group" : "none");
  }
}
