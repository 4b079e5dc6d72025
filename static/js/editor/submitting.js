// Handing the form in: everything saved first, errors listed with a way to each cell.

import { byId, h, icon } from "./dom.js";

export class Submitting {
  // words: what handing in is called here (button), and what comes of it (text).
  constructor({ sheet, store, grid, margin, autosave, api, addresses, commenting, words, onConflict }) {
    Object.assign(this, { sheet, store, grid, margin, autosave, api, addresses, commenting, words, onConflict });
    byId("editor-submit").addEventListener("click", () => this.begin());
  }

  async begin() {
    this.grid.commit();
    const button = byId("editor-submit");
    button.disabled = true;
    const saved = await this.autosave.flush();
    await this.commenting.list?.reload();
    button.disabled = false;
    if (!saved) return void this.tell(`还有内容没有保存，不能${this.words.button}`, h("p", {}, "保存恢复后再送审。原因见页面上方。"));
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
    const unanswered = this.commenting.unanswered();
    this.tell(this.words.button, [
      h("p", {}, this.words.text),
      unanswered.length > 0 && h("div", { class: "step-named", id: "submit-asked" },
        h("p", {}, h("strong", {}, `要求修改但未改，也没有答复（${unanswered.length} 条）`), "：可以先改或答复，也可以这样送审，审核人会看到。"),
        h("ul", {}, unanswered.map((one) => h("li", {}, one.place && this.sheet.cellOf(one.place)
          ? h("a", { href: "#", onclick: (event) => {
              event.preventDefault();
              event.stopPropagation();
              this.dialog.close();
              this.commenting.go(one);
            } }, `${one.label}：${one.text}`)
          : `${one.label}：${one.text}`)))),
      warnings > 0 && h("p", {}, `还有 ${warnings} 处警告，可以送审，审核人会看到。`),
    ], h("button", { type: "button", class: "button button-primary", onclick: () => this.send() }, `确定${this.words.button}`));
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
