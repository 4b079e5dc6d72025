// Returning the form, or letting it pass; then on to the next in the queue.

import { byId, h, icon } from "../editor/dom.js";
import { ask } from "./asking.js";

export const DONE = "perfgoals:review-done";

export class Acts {
  constructor({ page, api, autosave, store, sheet, findings, comments, tabs }) {
    Object.assign(this, { page, api, autosave, store, sheet, findings, comments, tabs });
    byId("open-return").addEventListener("click", () => this.sendBack());
    byId("editor-submit").addEventListener("click", () => this.pass());
  }

  sendBack() {
    const open = this.comments.unresolved;
    ask({
      title: "退回修改",
      lead: [
        open.length
          ? h("div", {}, h("p", {}, `未处理的批注 ${open.length} 条，随退回一并告知填报人：`), h("ul", { class: "review-list ask-list", tabindex: 0 }, open.map((one) => h("li", {}, h("strong", {}, one.label), h("p", {}, one.text)))))
          : h("p", { class: "muted" }, "没有未处理的批注，请写明退回的理由。"),
      ],
      label: "退回理由",
      text: this.reason ?? "",
      button: "退回修改",
      needed: !open.length,
      typed: (text) => (this.reason = text),
      act: (text) => this.move("return", text, "已退回修改"),
    });
  }

  pass() {
    const errors = this.findings.errors();
    const { passes, own_work: ownWork, scores } = this.page;
    const name = byId("editor-submit").textContent.trim();
    const doubtful = this.findings.reviewed().filter((one) => one.level === "warning");
    const lines = (found) => h("ul", { class: "finding-list ask-list", tabindex: 0 }, found.map((one) => h("li", { class: `finding finding-${one.level}` }, one.message)));
    ask({
      title: name,
      lead: [
        errors.length > 0 && h("div", {}, h("p", {}, icon("error"), `还有 ${errors.length} 处错误，改正或豁免后才能${name}：`), lines(errors)),
        doubtful.length > 0 && h("div", {}, h("p", {}, icon("warning"), `复核还有 ${doubtful.length} 处未写意见，可以通过，建议补写：`), lines(doubtful)),
      ],
      label: `${scores ? "审核意见" : "单位审核意见"}（可不写）`,
      text: scores ? this.store.get("opinion") : this.opinion ?? "",
      button: name,
      hindered: ownWork ? `${ownWork}。` : errors.length ? "请先处理以上错误。" : "",
      typed: (text) => {
        if (scores) this.sheet.write("opinion", text, "审核意见");
        else this.opinion = text;
      },
      act: (text) => this.move(passes, text, name.endsWith("通过") ? name : `${name}通过`),
    });
  }

  async move(action, text, done) {
    if (this.page.scores && !(await this.autosave.flush())) return { ok: false, message: "复核内容还没有保存，未继续。请先看页面上方的说明。" };
    if (this.page.scores && this.store.refused.size) return { ok: false, message: "有复核分未能保存，请改正后再继续。" };
    const answer = await this.api.post(`moves/${action}`, { version: this.page.version, text });
    if (!answer.ok) {
      const more = (answer.errors ?? []).map((one) => one.message).filter((one) => one && one !== answer.message);
      return { ...answer, message: [answer.message, ...more].filter(Boolean).join("；") };
    }
    try {
      sessionStorage.setItem(DONE, `${done}：${document.querySelector("h1").textContent}`);
    } catch {
      // Only a word of confirmation is lost.
    }
    const { next, previous, queue } = this.page.addresses;
    this.autosave.stopped = true;
    location.assign(next || previous || queue);
    return answer;
  }
}
