// Two tabs or two people changed one form: what each did is shown, and what both changed is chosen cell
// by cell. Nothing is merged before it was seen.

import { changesBetween, merge, withCodes } from "./documents.js";
import { changeTable, shownValue } from "./comparing.js";
import { h } from "./dom.js";

export class Conflict {
  constructor(sheet, store) {
    Object.assign(this, { sheet, store });
  }

  // Resolves to the choices by address once the person has settled them. ``mine`` and ``base``: what was
  // kept of an earlier session; else what is unsaved on this page.
  settle(current, { base = this.store.base, mine = this.store.doc, title = "这份表已有更新的版本" } = {}) {
    const theirs = withCodes(current.document).doc;
    const { conflicts } = merge(base, mine, theirs);
    const both = new Set(conflicts.map((one) => one.address));
    const ofRow = (address) => (address.startsWith("row:") ? address.split(".")[0] : address);
    const only = (changes) => changes.filter((change) => !both.has(change.address) && !both.has(ofRow(change.address)));
    const ours = only(changesBetween(base, mine));
    const others = only(changesBetween(base, theirs));
    const words = (address) => this.words(address, [mine, theirs, base]);
    return new Promise((resolve) => this.show({ title, conflicts, ours, others, words, resolve }));
  }

  words(address, documents) {
    const code = address.startsWith("row:") && address.slice(4).split(".")[0];
    const doc = code ? documents.find((one) => one.indicators.some((row) => row.code === code)) : documents[0];
    return this.sheet.wordsFor(address, doc);
  }

  show({ title, conflicts, ours, others, words, resolve }) {
    document.querySelector("#conflict")?.remove();
    const save = h("button", { type: "submit", class: "button button-primary" }, "按以上选择保存");
    const form = h("form", { method: "dialog" },
      h("h2", { id: "conflict-title" }, title),
      h("p", {}, conflicts.length
        ? `您和对方都改动了下列 ${conflicts.length} 处，请逐处选择保留哪一个。您输入的内容都还在，选定之前不会保存。`
        : "您和对方改动的不是同一处，可以合并：两边的改动都会保留。请核对后继续。"),
      conflicts.length > 0 && this.choosing(conflicts, words),
      ours.length > 0 && changeTable("我的改动（将保留）", ours, words),
      others.length > 0 && changeTable("对方的改动（将保留）", others, words),
      h("p", { class: "dialog-actions" }, save, h("button", { type: "button", class: "button", value: "later", onclick: () => dialog.close("later") }, "稍后再定")));
    const ready = () => (save.disabled = conflicts.some(({ address }) => !form.querySelector(`input[name="${CSS.escape(address)}"]:checked`)));
    form.addEventListener("change", ready);
    const dialog = h("dialog", { id: "conflict", class: "dialog dialog-wide", "aria-labelledby": "conflict-title" }, form);
    dialog.addEventListener("close", () => {
      const choices = dialog.returnValue === "later" ? null : Object.fromEntries(new FormData(form));
      dialog.remove();
      resolve(choices);
    });
    dialog.addEventListener("cancel", () => (dialog.returnValue = "later"));
    document.body.append(dialog);
    ready();
    dialog.showModal();
    (form.querySelector("input") ?? save).focus();
  }

  choosing(conflicts, words) {
    const all = (side) => h("button", { type: "button", class: "button", onclick: ({ target }) => {
      for (const input of target.form.querySelectorAll(`input[value="${side}"]`)) input.checked = true;
      target.form.dispatchEvent(new Event("change"));
    } }, side === "mine" ? "全部用我的" : "全部用对方的");
    const side = (conflict, name, label) => h("td", {},
      h("label", { class: "choice" },
        h("input", { type: "radio", name: conflict.address, value: name, "aria-label": `${words(conflict.address)}：用${label}` }),
        h("span", {}, conflict.address.startsWith("row:") && !conflict.address.includes(".") && !conflict[name] ? "删除这一行" : shownValue(conflict.address, conflict[name]))));
    return h("div", {},
      h("p", { class: "dialog-all" }, all("mine"), all("theirs")),
      h("div", { class: "dialog-scroll", tabindex: "0", role: "region", "aria-label": "两边都改动之处" },
        h("table", { class: "table table-small conflict-table" },
          h("thead", {}, h("tr", {}, ...["单元格", "我的", "对方的"].map((text) => h("th", { scope: "col" }, text)))),
          h("tbody", {}, conflicts.map((conflict) => h("tr", {}, h("th", { scope: "row" }, words(conflict.address)), side(conflict, "mine", "我的"), side(conflict, "theirs", "对方的")))))));
  }
}
