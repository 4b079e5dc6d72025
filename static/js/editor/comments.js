// The comments of a form as a list: read, answered, and marked as dealt with, on any page about it.

import { h, icon, say } from "./dom.js";
import { whenReleased } from "../pressing.js";

const moment = (text) => {
  const { timeZone } = document.querySelector("script[data-icons]").dataset;
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return parts.format(new Date(text));
};
const lines = (text) => String(text).split("\n").flatMap((line, at) => (at ? [document.createElement("br"), line] : [line]));

export class Comments extends EventTarget {
  // api: of the form; list: the element to fill; go(comment): leads to its cell, or null where there is no
  // way; mayAnswer: whether answers are taken now.
  constructor({ api, list, comments, go, mayAnswer }) {
    super();
    Object.assign(this, { api, list, comments, go, mayAnswer });
    this.drafts = new Map(); // id → what is being typed
    this.errors = new Map(); // id → why it was refused
    this.draw = whenReleased(() => this.render());
    list.addEventListener("click", (event) => this.clicked(event));
    list.addEventListener("input", (event) => this.typed(event));
    list.addEventListener("submit", (event) => this.answer(event));
    this.render();
  }

  get open() {
    return this.comments.filter((one) => !one.resolved_at);
  }

  // Read anew: others answer too.
  async reload() {
    const answer = await this.api.get(`${this.api.address}/comments`);
    if (!answer.ok) return false;
    this.take(answer.data);
    return true;
  }

  take(comments) {
    if (JSON.stringify(comments) === JSON.stringify(this.comments)) return;
    this.comments = comments;
    this.draw();
    this.dispatchEvent(new CustomEvent("change"));
  }

  render() {
    const active = document.activeElement?.closest?.("[data-comment]")?.dataset.comment;
    const control = active && document.activeElement.dataset.control;
    const caret = active && document.activeElement.selectionStart;
    const shown = this.list.querySelector(".comment-done")?.open;
    const done = this.comments.filter((one) => one.resolved_at);
    const { open } = this;
    this.list.replaceChildren(
      ...(open.length ? [h("ol", { class: "comment-list" }, open.map((one) => this.item(one)))] : [h("p", { class: "muted" }, "没有未处理的批注。")]),
      ...(done.length ? [h("details", { class: "comment-done", open: shown }, h("summary", {}, `已处理 ${done.length} 条`), h("ol", { class: "comment-list" }, done.map((one) => this.item(one))))] : []));
    if (!active) return;
    const again = this.list.querySelector(`[data-comment="${active}"] [data-control="${control}"]`) ?? this.list.querySelector(`[data-comment="${active}"] a, [data-comment="${active}"] button`);
    again?.focus({ preventScroll: true });
    if (control === "text") again?.setSelectionRange?.(caret, caret);
  }

  item(one) {
    const gone = one.place && one.path === null;
    const way = !gone && this.go && one.path;
    return h("li", { class: `comment${one.resolved_at ? " is-resolved" : ""}`, "data-comment": one.id },
      h("p", { class: "comment-head" },
        way ? h("a", { href: "#", "data-control": "go" }, one.label) : h("strong", {}, one.label, gone && "（这一行已删）"),
        h("span", { class: "comment-state" }, icon(one.resolved_at ? "agree" : "comment"), one.resolved_at ? `${one.resolved_by ?? ""} 已处理` : "未处理")),
      one.quote && h("p", { class: "comment-quote" }, `当时：${one.quote}`),
      h("p", { class: "comment-text" }, lines(one.text)),
      h("p", { class: "aside" }, `${one.by}，${moment(one.at)}，第 ${one.number} 版`),
      one.answers.map((answer) => h("div", { class: "comment-answer" }, h("p", {}, lines(answer.text)), h("p", { class: "aside" }, `${answer.by}，${moment(answer.at)}`))),
      this.mayAnswer && this.form(one));
  }

  form(one) {
    const id = `answer-${one.id}`;
    const error = this.errors.get(one.id);
    const text = h("textarea", { id, rows: "1", maxlength: "2000", "data-control": "text", "aria-label": `答复：${one.label}`, placeholder: "写答复", "aria-invalid": error ? "true" : null, "aria-describedby": error ? `${id}-error` : null });
    text.value = this.drafts.get(one.id) ?? "";
    return h("form", { class: "comment-form" }, text,
      error && h("p", { class: "comment-error", id: `${id}-error`, role: "alert" }, error),
      h("div", { class: "comment-buttons" },
        h("button", { class: "button", "data-control": "answer" }, "答复"),
        h("button", { type: "button", class: "button", "data-control": "resolve", "aria-pressed": String(Boolean(one.resolved_at)) }, one.resolved_at ? "改为未处理" : "标为已处理")));
  }

  of(element) {
    const id = Number(element.closest("[data-comment]")?.dataset.comment);
    return this.comments.find((one) => one.id === id);
  }

  typed({ target }) {
    const one = this.of(target);
    if (one) this.drafts.set(one.id, target.value);
  }

  clicked(event) {
    const control = event.target.closest("[data-control]")?.dataset.control;
    const one = control && this.of(event.target);
    if (!one) return;
    if (control === "go") {
      event.preventDefault();
      event.stopPropagation();
      this.go(one);
    }
    if (control === "resolve") this.resolve(one);
  }

  async answer(event) {
    event.preventDefault();
    const one = this.of(event.target);
    const text = (this.drafts.get(one.id) ?? "").trim();
    if (!text) return void this.refuse(one, "请写明答复内容");
    const answer = await this.api.post(`comments/${one.id}/answers`, { text });
    if (!answer.ok) return void this.refuse(one, answer.message || "没有保存：服务器没有响应，您写的还在这里，请稍后再试");
    this.drafts.delete(one.id);
    this.errors.delete(one.id);
    this.take(this.comments.map((each) => (each.id === one.id ? { ...each, answers: [...each.answers, answer.data] } : each)));
    say("已答复");
  }

  async resolve(one) {
    const resolved = !one.resolved_at;
    const answer = await this.api.post(`comments/${one.id}/resolve`, { resolved });
    if (!answer.ok) return void this.refuse(one, answer.message || "没有保存：服务器没有响应，请稍后再试");
    this.errors.delete(one.id);
    // What was answered in between by others comes along.
    this.take(this.comments.map((each) => (each.id === one.id ? answer.data : each)));
    say(resolved ? "批注已标为已处理" : "批注已改为未处理");
  }

  refuse(one, why) {
    this.errors.set(one.id, why);
    this.render();
  }
}
