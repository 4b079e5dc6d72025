// The head of the page: saved at, what stands in the way of saving, and the numbers of the form.

import { byId, clock, h, icon } from "./dom.js";

const REASONS = {
  network: "没有网络",
  server: "服务器没有响应",
  session: "登录已过期",
  other: "现在登录的是另一位用户，请换回原来的账号",
  rights: "您没有权限修改这份表",
  gone: "这份表已不存在，或您无权查看",
  status: "这份表的状态已变，现在不能修改",
  content: "内容不能保存",
  conflict: "这份表已有更新的版本",
};

export class Status {
  constructor({ store, autosave, addresses, sheet, onConflict }) {
    Object.assign(this, { store, autosave, addresses, sheet, onConflict });
    autosave.addEventListener("dirty", () => this.line("draft", "有改动，即将保存…"));
    autosave.addEventListener("saving", () => this.line("draft", "正在保存…"));
    autosave.addEventListener("saved", ({ detail }) => (detail.more ? this.line("draft", "有改动，即将保存…") : this.saved()));
    autosave.addEventListener("idle", () => this.saved());
    autosave.addEventListener("failed", ({ detail }) => this.failed(detail));
    autosave.addEventListener("recovered", () => this.clear());
    store.addEventListener("answer", () => this.numbers());
    this.saved();
    this.numbers();
  }

  line(name, text) {
    if (this.autosave.problem) return;
    const place = byId("editor-saved");
    if (place.textContent === text) return;
    place.replaceChildren(icon(name), text);
  }

  saved() {
    const open = [...this.store.refused].filter(([address, one]) => this.store.get(address) === one.value).length;
    const words = `已保存 ${clock(this.store.state.saved_at)}`;
    this.line(open ? "warning" : "agree", open ? `${words}，${open} 格未能保存` : words);
  }

  failed({ problem, message, current }) {
    const reason = problem === "content" || problem === "rights" || problem === "status" ? message || REASONS[problem] : REASONS[problem];
    byId("editor-saved").replaceChildren(icon("error"), h("strong", {}, "未保存"), `（上次保存 ${clock(this.store.state.saved_at)}）`);
    const parts = [icon("error"), h("span", {}, h("strong", {}, `没有保存：${reason}。`), " 您输入的内容都留在本页和这台电脑上。")];
    if (problem === "session" || problem === "other") parts.push(h("a", { class: "button", href: problem === "session" ? this.addresses.sign_in : this.addresses.form, target: "_blank", rel: "noopener" }, problem === "session" ? "在新标签页登录" : "在新标签页换账号"), h("span", {}, "登录后会自动继续保存。"));
    else if (problem === "conflict") parts.push(h("button", { type: "button", class: "button", onclick: () => this.onConflict(current) }, "查看并选择"));
    else if (problem === "status" || problem === "rights" || problem === "gone") {
      parts.push(h("a", { class: "button", href: this.addresses.form }, "查看这份表"));
      this.sheet.setReadOnly();
      for (const id of ["editor-submit", "editor-undo", "editor-redo"]) byId(id).disabled = true;
    } else parts.push(h("span", {}, "系统会不断重试。"), h("button", { type: "button", class: "button", onclick: () => this.autosave.retry() }, "立即重试"));
    this.banner(problem, parts);
  }

  banner(kind, parts) {
    const place = byId("editor-banner");
    if (place.dataset.kind === kind && !place.hidden) return; // said once, not at every retry
    place.dataset.kind = kind;
    place.hidden = false;
    place.replaceChildren(...parts);
  }

  clear() {
    byId("editor-banner").hidden = true;
    byId("editor-banner").replaceChildren();
    this.saved();
  }

  numbers() {
    const { evaluation, status_label: label } = this.store.state;
    byId("editor-status").textContent = label;
    if (!evaluation) return;
    const words = [
      ["总分", evaluation.total_score],
      ["等级", evaluation.rating],
      ["分值合计", evaluation.weight_total],
      ["执行率", evaluation.execution_rate && `${evaluation.execution_rate}%`],
      ["建议总分", evaluation.suggested_total],
    ];
    byId("editor-numbers").replaceChildren(...words.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  }
}
