// What pages need beyond HTML. Everything works without it, only less conveniently.

import { isPressing } from "./pressing.js";

// A click anywhere in a row follows the link in its heading, unless text was being selected.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, select, label")) return;
  if (String(window.getSelection())) return;
  const link = row.querySelector("th a");
  if (!link) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

// A finding leads to its cell; the keyboard goes along, so that Tab continues from there.
document.addEventListener("click", (event) => {
  const link = event.target.closest('.finding-list a[href^="#"]');
  const cell = link && document.getElementById(link.hash.slice(1));
  if (!cell) return;
  cell.tabIndex = -1;
  cell.focus({ preventScroll: true });
});

// Progress that asks for itself again leaves the button alone that is being pressed; it comes again in a moment.
document.addEventListener("htmx:beforeSwap", (event) => {
  const polls = event.detail.target.getAttribute("hx-trigger")?.startsWith("every ");
  if (polls && isPressing()) event.detail.shouldSwap = false;
});

// Filters that are not set stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const parameters = event.detail.parameters;
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === "") delete parameters[name];
  }
});
