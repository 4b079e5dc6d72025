// The review page, put together.

import { Autosave } from "../editor/autosave.js";
import { Conflict } from "../editor/conflict.js";
import { byId, say } from "../editor/dom.js";
import { Keeping } from "../editor/keeping.js";
import { Restoring } from "../editor/restoring.js";
import { Status } from "../editor/status.js";
import { Store } from "../editor/store.js";
import { Acts, DONE } from "./acts.js";
import { Comments } from "./comments.js";
import { Findings } from "./findings.js";
import { RowPanel } from "./row.js";
import { ReviewSheet } from "./sheet.js";
import { ReviewApi, asState } from "./state.js";
import { Tabs } from "./tabs.js";
import { Totals } from "./totals.js";

const page = JSON.parse(byId("review-data").textContent);
const { addresses } = page;

const store = new Store(asState(page.state, page), true);
const api = new ReviewApi(addresses.api, page);
api.store = store;
const sheet = new ReviewSheet(byId("review-sheet"), store, page);
const autosave = new Autosave(store, api, page.user);
const tabs = new Tabs();
const findings = new Findings({ sheet, store, page, api });
const comments = new Comments({ sheet, page, api, tabs });
const row = new RowPanel({ sheet, store, page, findings, comments });
new Totals(store);
new Acts({ page, api, autosave, store, sheet, findings, comments, tabs });

if (page.scores) {
  const keeping = new Keeping(store, { user: page.user, form: `review-${page.form}` });
  const conflict = new Conflict(sheet, store);
  let settling = false;
  const settle = async (current) => {
    if (settling) return;
    settling = true;
    const choices = await conflict.settle(current);
    settling = false;
    if (!choices) return;
    store.rebase(current, choices);
    await autosave.resume();
  };
  new Status({ store, autosave, addresses, sheet, onConflict: settle });
  new Restoring(sheet, store, keeping, conflict);
  autosave.addEventListener("failed", ({ detail }) => detail.problem === "conflict" && settle(detail.current));
}

// -- the session ------------------------------------------------------------------------------------------

document.addEventListener("session:save", ({ detail }) => page.scores && detail.saving.push(autosave.flush()));
document.addEventListener("session:over", ({ detail }) => {
  detail.unsaved ||= store.unsaved();
});

// -- the goals beside the rows -------------------------------------------------------------------------

const GOALS = "perfgoals:review-goals";
const goals = byId("review-goals");
function showGoals(shown) {
  if (!goals) return;
  goals.hidden = !shown;
  byId("toggle-goals").setAttribute("aria-expanded", String(shown));
  try {
    localStorage.setItem(GOALS, shown ? "" : "hidden");
  } catch {
    // Remembered for this page only.
  }
}
byId("toggle-goals").hidden = !goals;
byId("toggle-goals").addEventListener("click", () => showGoals(goals.hidden));
try {
  if (localStorage.getItem(GOALS)) showGoals(false);
} catch {
  // Shown, then.
}

// Cells are brought into view below what is pinned above them.
const bar = byId("review-bar");
const measure = () => document.documentElement.style.setProperty("--pinned", `${getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0}px`);
new ResizeObserver(measure).observe(bar);
measure();

// -- links to rows, keys ---------------------------------------------------------------------------------

document.addEventListener("click", ({ target }) => {
  const link = target.closest("[data-row]");
  if (link) sheet.goToRow(link.dataset.row);
});
byId("editor-undo").addEventListener("click", () => sheet.turn(true));
byId("editor-redo").addEventListener("click", () => sheet.turn(false));
byId("review-help").addEventListener("click", () => byId("review-keys").showModal());

async function leaveFor(address) {
  if (!address) return void say("没有更多待审的表");
  if (page.scores) await autosave.flush();
  location.assign(address);
}

const ALT = {
  KeyN: () => leaveFor(addresses.next),
  KeyP: () => leaveFor(addresses.previous),
  KeyA: () => row.takeSuggested(),
  KeyC: () => comments.compose(sheet.path),
  KeyG: () => goals && showGoals(goals.hidden),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const command = event.ctrlKey || event.metaKey;
  if (event.key === "F1") byId("review-keys").showModal();
  else if (event.altKey && !command && ALT[event.code]) ALT[event.code]();
  else if (event.altKey && !command && /^Digit[1-7]$/.test(event.code)) tabs.at(Number(event.code.slice(5)) - 1);
  else if (command && event.code === "KeyS") autosave.retry();
  else if (command && (event.code === "KeyZ" || event.code === "KeyY") && !event.target.closest(".composer, .review-side")) sheet.turn(event.code === "KeyZ" && !event.shiftKey);
  else if (event.key.toLowerCase() === "c" && !command && !event.altKey && !comments.box && !isTyping(event.target)) comments.compose(sheet.path);
  else return;
  event.preventDefault();
});

// A score holds no letters, so the key is free there as well.
function isTyping(target) {
  return target.matches("textarea, select, input:not([data-field='score'])");
}

try {
  const done = sessionStorage.getItem(DONE);
  sessionStorage.removeItem(DONE);
  if (done) say(done);
} catch {
  // Only a word of confirmation is lost.
}
document.documentElement.classList.add("review-ready");
