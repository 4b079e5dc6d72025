// Keys and selections of the queue. Without this the rows can still be picked and opened one by one.

const rows = () => [...document.querySelectorAll(".table-queue tbody tr")];
const boxOf = (row) => row?.querySelector(".pick input");
const current = () => document.activeElement?.closest?.(".table-queue tbody tr");

let lastPicked = null; // the row that a range begins at

function arrange() {
  for (const element of document.querySelectorAll("[data-pick-all], [data-opens]")) element.hidden = false;
  lastPicked = null;
  tell();
}

// Says how many rows are picked, and lets nothing be done with none.
function tell() {
  const boxes = rows().map(boxOf);
  const picked = boxes.filter((box) => box.checked).length;
  const said = document.querySelector("[data-picked]");
  if (!said) return;
  said.textContent = picked ? `已选 ${picked} 份` : "";
  for (const button of document.querySelectorAll(".queue .results-head button")) button.disabled = !picked;
  const all = document.querySelector("[data-pick-all]");
  all.checked = picked === boxes.length;
  all.indeterminate = picked > 0 && picked < boxes.length;
  for (const box of boxes) box.closest("tr").classList.toggle("is-picked", box.checked);
}

function go(row) {
  if (!row) return;
  row.querySelector("th a").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by];
  go(next);
  return next;
}

function pickUpTo(row, checked) {
  const all = rows();
  const from = lastPicked?.isConnected ? all.indexOf(lastPicked) : all.indexOf(row);
  const to = all.indexOf(row);
  for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) boxOf(one).checked = checked;
  lastPicked = row;
  tell();
}

function pick(row, checked) {
  boxOf(row).checked = checked;
  lastPicked = row;
  tell();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const focused = document.activeElement;
  if (focused?.matches("input:not([type=checkbox]), select, textarea")) return;
  const row = current();
  const arrows = row || focused === document.body;
  const key = event.key;
  if (key === "?") document.getElementById("queue-keys").showModal();
  else if (key === "j" || (key === "ArrowDown" && arrows && !event.shiftKey)) step(1);
  else if (key === "k" || (key === "ArrowUp" && arrows && !event.shiftKey)) step(-1);
  else if (key === "J" || key === "K") {
    if (row) pick(row, true);
    const next = step(key === "J" ? 1 : -1);
    if (next) pick(next, true);
  } else if (key === "x" && row) pick(row, !boxOf(row).checked);
  else if (key === "X" && row) pickUpTo(row, true);
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.matches("[data-pick-all]")) {
    for (const row of rows()) boxOf(row).checked = target.checked;
    tell();
  } else if (target.matches(".pick input")) {
    const row = target.closest("tr");
    if (event.shiftKey) pickUpTo(row, target.checked);
    else pick(row, target.checked);
  } else if (target.closest("[data-opens]")) {
    document.getElementById(target.closest("[data-opens]").dataset.opens).showModal();
  }
});

// A click on the reasons of a risk opens or closes them; it does not follow the row.
document.addEventListener("click", (event) => {
  if (event.target.closest(".risk")) event.stopPropagation();
}, true);

// One list of reasons at a time, and Escape closes it.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.(".risk") || !event.target.open) return;
  for (const other of document.querySelectorAll(".risk[open]")) if (other !== event.target) other.open = false;
}, true);
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector(".risk[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("htmx:afterSettle", arrange);
window.addEventListener("pageshow", tell); // boxes that the browser checked again on the way back
arrange();
