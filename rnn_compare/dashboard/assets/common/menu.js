// Shuts the menu of a phone once a page is chosen: it lies over that page.

const PHONE = "(max-width: 767px)"; // where Streamlit folds the names of the pages into the sidebar
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
  // It serves all pages of this visit.
}
