// The sheet editor, put together.

import { Api } from "./api.js";
import { Autosave } from "./autosave.js";
import { Clipboard } from "./clipboard.js";
import { Commenting } from "./commenting.js";
import { Conflict } from "./conflict.js";
import { byId, say } from "./dom.js";
import { Findings } from "./findings.js";
import { Grid } from "./grid.js";
import { Keeping } from "./keeping.js";
import { Margin } from "./margin.js";
import { Presence } from "./presence.js";
import { Reading } from "./reading.js";
import { Restoring } from "./restoring.js";
import { Rows } from "./rows.js";
import { Sheet } from "./sheet.js";
import { Status } from "./status.js";
import { Store } from "./store.js";
import { Submitting } from "./submitting.js";
import { Suggestions } from "./suggestions.js";
import { Weights } from "./weights.js";

const { state, layout, taxonomy, locked, user, addresses, comments, submit } = JSON.parse(byId("editor-data").textContent);

const store = new Store(state, locked);
const api = new Api(addresses.api);
const sheet = new Sheet(byId("editor-sheet"), store, { layout, locked });
const grid = new Grid(sheet, store);
const autosave = new Autosave(store, api, user);
const keeping = new Keeping(store, { user, form: state.id });
const conflict = new Conflict(sheet, store);

store.addEventListener("change", ({ detail }) => {
  if (!detail.typed || detail.typed !== grid.cell?.address) sheet.update(detail);
  history();
});
store.addEventListener("answer", ({ detail }) => detail.before && sheet.update(detail));

const margin = new Margin(sheet, store, grid);
new Clipboard(sheet, store, grid);
new Reading(sheet, store, grid);
new Findings(sheet, store, grid, margin);
const suggestions = new Suggestions(sheet, store, grid, api, { taxonomy, form: state.id, library: addresses.library });
new Rows(sheet, store, grid, { choose: (cell, kind) => suggestions.open(cell, kind) });
new Status({ store, autosave, addresses, sheet, onConflict: settle });
const commenting = new Commenting({ sheet, store, grid, api, comments });
new Submitting({ sheet, store, grid, margin, autosave, api, addresses, commenting, words: submit, onConflict: settle });
new Restoring(sheet, store, keeping, conflict);
new Presence(store, api, autosave, grid);
if (state.kind === "self_evaluation") new Weights({ sheet, store, grid, autosave, api });

// -- conflicts ---------------------------------------------------------------------------------------

autosave.addEventListener("failed", ({ detail }) => detail.problem === "conflict" && settle(detail.current));

let settling = false;
async function settle(current) {
  if (settling) return;
  settling = true;
  grid.commit();
  const choices = await conflict.settle(current);
  settling = false;
  if (!choices) return;
  store.rebase(current, choices);
  await autosave.resume();
}

// -- undo and redo -----------------------------------------------------------------------------------

function history() {
  byId("editor-undo").disabled = !store.done.length || sheet.readOnly;
  byId("editor-redo").disabled = !store.undone.length || sheet.readOnly;
  byId("editor-undo").title = `撤销${store.done.length ? `：${store.done.at(-1).label}` : ""}（Ctrl+Z）`;
  byId("editor-redo").title = `重做${store.undone.length ? `：${store.undone.at(-1).label}` : ""}（Ctrl+Y）`;
}

function turn(back) {
  if (sheet.readOnly) return;
  grid.commit();
  const step = back ? store.undo() : store.redo();
  history();
  if (!step) return;
  if (step.address) grid.goTo(step.address);
  say(`${back ? "已撤销" : "已重做"}：${step.label}`);
}

byId("editor-undo").addEventListener("click", () => turn(true));
byId("editor-redo").addEventListener("click", () => turn(false));

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (key === "s") {
    event.preventDefault();
    autosave.retry();
    return;
  }
  if (key !== "z" && key !== "y") return;
  const other = event.target.closest?.("input, select, dialog");
  if (other) return;
  event.preventDefault();
  turn(key === "z" && !event.shiftKey);
});

// -- confirming, going to the margin, all scores ----------------------------------------------------------

grid.addEventListener("confirm", ({ detail }) => {
  const path = store.pathOf(detail.cell.address);
  if (!store.state.unconfirmed.includes(path)) return;
  store.confirm(detail.cell.address);
  say("已确认这一格");
});
grid.addEventListener("aside", ({ detail }) => sheet.noteOf(detail.cell)?.querySelector("button, textarea")?.focus());
sheet.root.addEventListener("keydown", (event) => {
  const note = event.target.closest?.(".note");
  if (!note || event.target.cell || (event.key !== "Escape" && !(event.altKey && event.key === "ArrowLeft"))) return;
  event.preventDefault();
  note.closest("tr").querySelector(".cell-input")?.focus();
});
byId("take-all-scores")?.addEventListener("click", () => {
  const taken = margin.takeAllScores();
  say(taken ? `已采用 ${taken} 行的建议分。按 Ctrl+Z 可撤销。` : "各行得分与建议分已一致，或还没有建议分");
});
grid.addEventListener("leave", () => autosave.dirty && !autosave.problem && autosave.retry());
addEventListener("keydown", (event) => {
  if (event.key === "F1" && !event.ctrlKey) {
    event.preventDefault();
    byId("editor-keys").showModal();
  }
});
byId("editor-help").addEventListener("click", () => byId("editor-keys").showModal());

// -- the session --------------------------------------------------------------------------------------

document.addEventListener("session:save", ({ detail }) => {
  grid.commit();
  detail.saving.push(autosave.flush());
});
document.addEventListener("session:over", ({ detail }) => {
  detail.unsaved ||= store.unsaved();
});

history();
document.documentElement.classList.add("editor-ready");
