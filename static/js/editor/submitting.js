// Handing the form in: everything saved first, errors listed with a way to each cell.

import { byId, h, icon } from "./dom.js";

export class Submitting {
  constructor({ sheet, store, grid, margin, autosave, api, addresses, onConflict }) {
    Object.assign(this, { sheet, store, grid, margin, autosave, api, addresses, onConflict });
    byId("editor-submit").addEventListener("click", () => this.begin());
  }

  async begin() {
    this.grid.commit();
    const button = byId("editor-submit");
    button.disabled = true;
    const saved = await this.autosave.flush();
    button.disabled = false;
    if (!saved) return void this.tell("还有内容没有保存，不能送审", h("p", {}, "保存恢复后再送审。原因见页面上方。"));
    const errors = this.margin.findings().filter((one) => one.level === "error");
    if (errors.length) return void this.blocked(errors);
    this.ask();
  }

  blocked(errors) {
    this.tell(`还有 ${errors.length} 处错误，改正后才能送审`, h("div", { class: "dialog-scroll", tabindex: "0", role: "region", "aria-label": "错误" }, h("ol", { class: "finding-list" },
      errors.map((one) => {
        const cell = this.sheet.placeOf(one.path);
        const words = [icon("error"), cell && h("strong", {}, `${this.sheet.wordsFor(this.sheet.addressOf(one.path) ?? cell.address)}：`), one.message];
        return h("li", { class: "finding finding-error" }, cell
          ? h("a", { href: `#${cell.td.id}`, onclick: (event) => {
              event.preventDefault();
              event.stopPropagation();
              this.dialog.close();
              this.grid.goTo(cell.address);
            } }, words)
          : h("span", {}, words));
      }))));
  }

  ask() {
    const warnings = this.margin.findings().filter((one) => one.level === "warning").length;
    this.tell("送审", [
      h("p", {}, "送审后由审核人审核，在退回或撤回之前不能再修改。"),
      warnings > 0 && h("p", {}, `还有 ${warnings} 处警告，可以送审，审核人会看到。`),
    ], h("button", { type: "button", class: "button button-primary", onclick: () => this.send() }, "确定送审"));
  }

  async send() {
    const answer = await this.api.post("submit", { version: this.store.version });
    this.dialog.close();
    if (answer.ok) {
      this.autosave.stopped = true;
      location.assign(this.addresses.form);
    } else if (answer.problem === "conflict") this.onConflict(answer.current);
    else if (answer.errors?.length && answer.problem === "content") this.blocked(answer.errors.map((one) => ({ level: "error", ...one })));
    else this.tell("没有送审", h("p", {}, answer.message || "服务器没有响应，请稍后再试。"));
  }

  tell(title, content, action = null) {
    this.dialog?.remove();
    this.dialog = h("dialog", { class: "dialog", id: "submit-dialog", "aria-labelledby": "submit-title" },
      h("h2", { id: "submit-title" }, title), content,
      h("p", { class: "dialog-actions" }, action, h("button", { type: "button", class: "button", onclick: () => this.dialog.close() }, action ? "取消" : "关闭")));
    document.body.append(this.dialog);
    this.dialog.showModal();
  }
}
