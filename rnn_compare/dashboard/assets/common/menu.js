// Closes the menu on a phone once a page is chosen, since it covers the page.

const PHONE = "(max-width: 767px)"; // where Streamlit moves the page names into the sidebar
const LINK = "[data-testid=stSidebarNavLink]", SHUT = "[data-testid=stSidebarCollapseButton] button";
let listens = false;

export function render() {
  if (listens) return;
  listens = true;
  document.addEventListener("click", ({ target }) => {
    if (matchMedia(PHONE).matches && target.closest(LINK)) document.querySelector(SHUT)?.click();
  });
}

export function dispose() {
  // The listener serves all pages of this visit.
}
