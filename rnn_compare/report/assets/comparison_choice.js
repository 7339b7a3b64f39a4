// Several comparisons in one page. The address names the one shown; all but the first wait in templates, in parts.

// The template that the address names, or the first one if it names nothing; otherwise, as for #report, undefined.
const named = () => [...document.querySelectorAll("template")].find(({ id }) => ["", `#${id}`].includes(location.hash));

// Puts the parts of the chosen comparison in their places, before anything is built from them.
export function showChosen() {
  const shown = named() ?? document.querySelector("template");
  if (!shown) return; // a single comparison
  /** @type {NodeListOf<HTMLElement>} */
  const parts = shown.content.querySelectorAll("[data-for]");
  for (const part of parts) {
    document.getElementById(part.dataset.for).replaceChildren(...part.childNodes);
  }
  document.querySelector(`#choice a[href="#${shown.id}"]`).setAttribute("aria-current", "page");
  // Chosen by the page's address, so that a link names it and the browser's Back returns.
  addEventListener("hashchange", () => { if ((named() ?? shown) !== shown) location.reload(); });
}
