// Comments pinned to cells: written where the cell stands, listed beside the sheet, answered and
// resolved. What is being typed is kept on this machine until it is saved.

import { byId, clock, h, say } from "../editor/dom.js";
import { alertIn } from "./findings.js";

export class Comments extends EventTarget {
  constructor({ sheet, page, api, tabs }) {
    super();
    Object.assign(this, { sheet, page, api, tabs, list: page.comments });
    this.panel = byId("panel-comments");
    this.drafts = `perfgoals:${page.user}:comment-${page.form}:`;
    sheet.root.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("click", ({ target }) => {
      const link = target.closest("[data-comment]");
      if (link) this.show(this.list.find((one) => String(one.id) === link.dataset.comment));
    });
    this.render();
  }

  get unresolved() {
    return this.list.filter((one) => !one.resolved_at);
  }

  render() {
    const open = this.unresolved;
    const done = this.list.filter((one) => one.resolved_at);
    this.panel.replaceChildren(...[
      h("p", {}, h("button", { type: "button", class: "button", onclick: () => this.compose("") }, "批注整张表"), h("span", { class: "aside" }, "　点表中任意一格可批注该格")),
      open.length ? h("ul", { class: "comment-list" }, open.map((one) => this.line(one))) : h("p", { class: "muted" }, "没有未处理的批注。"),
      done.length > 0 && h("details", {}, h("summary", {}, `已处理 ${done.length}`), h("ul", { class: "comment-list" }, done.map((one) => this.line(one)))),
    ].filter(Boolean));
    byId("count-comments").textContent = open.length || "";
    this.mark();
    this.dispatchEvent(new Event("change"));
  }

  mark() {
    for (const sign of this.sheet.root.querySelectorAll(".comment-sign")) sign.remove();
    const counts = new Map();
    for (const { path } of this.unresolved) {
      const cell = this.sheet.cellFor(path);
      if (cell) counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    for (const [cell, count] of counts) cell.append(h("span", { class: "comment-sign" }, `批注${count > 1 ? ` ${count}` : ""}`));
  }

  line(comment, { placed = false } = {}) {
    const answer = h("textarea", { class: "review-text", rows: 1, maxlength: 2000, "aria-label": `答复：${comment.text.slice(0, 20)}`, placeholder: "答复" });
    return h("li", { class: comment.resolved_at ? "is-resolved" : "" },
      !placed && (comment.path ? h("button", { type: "button", class: "link-button", onclick: () => this.sheet.goToCell(comment.path) }, comment.label) : h("strong", {}, comment.place && comment.path === null ? `${comment.label}（此行已删）` : comment.label)),
      placed && h("strong", {}, comment.label.replace(/^第 \d+ 行(「.*」)?/, "")),
      comment.quote && h("blockquote", {}, comment.quote),
      h("p", { class: "comment-text" }, comment.text),
      h("p", { class: "aside" }, `${comment.by}，${when(comment.at)}`, comment.resolved_at && `；${comment.resolved_by} ${when(comment.resolved_at)} 标为已处理`),
      comment.answers.map((one) => h("div", { class: "answer" }, h("p", {}, one.text), h("p", { class: "aside" }, `${one.by} 答复，${when(one.at)}`))),
      h("div", { class: "answer-form" }, answer,
        h("button", { type: "button", class: "note-button", onclick: () => this.answer(comment, answer) }, "答复"),
        h("button", { type: "button", class: "note-button", onclick: () => this.resolve(comment) }, comment.resolved_at ? "改为未处理" : "标为已处理")));
  }

  show(comment) {
    if (!comment) return;
    this.tabs.open("comments");
    if (comment.path) this.sheet.goToCell(comment.path);
  }

  async answer(comment, area) {
    if (!area.value.trim()) return void area.focus();
    const answer = await this.api.post(`comments/${comment.id}/answers`, { text: area.value });
    if (!answer.ok) return void alertIn(area.closest(".review-panel"), answer);
    comment.answers.push(answer.data);
    this.render();
  }

  async resolve(comment) {
    const answer = await this.api.post(`comments/${comment.id}/resolve`, { resolved: !comment.resolved_at });
    if (!answer.ok) return void alertIn(this.panel, answer);
    Object.assign(comment, answer.data);
    this.render();
  }

  // -- writing one -----------------------------------------------------------------------------------------

  clicked(event) {
    const cell = event.target.closest("[data-path]");
    // Selecting text is no wish to comment on it.
    if (!cell || event.target.closest("a, input, textarea, button") || String(getSelection())) return;
    const found = /^indicators\.(\d+)\./.exec(cell.dataset.path);
    if (found) this.sheet.choose(Number(found[1]) + 1, cell.dataset.path);
    this.compose(cell.dataset.path);
  }

  compose(path) {
    this.close();
    const place = path in this.page.labels ? path : "";
    const back = document.activeElement;
    const area = h("textarea", { class: "review-text", rows: 3, maxlength: 2000, "aria-label": "批注内容" });
    const where = h("select", { "aria-label": "批注的位置" }, this.places(place).map(([value, label]) => h("option", { value, selected: value === place }, label)));
    const wrong = h("p", { class: "field-error", role: "alert" });
    const save = h("button", { type: "submit", class: "button button-primary" }, "保存批注");
    const read = () => (area.value = this.draft(where.value));
    const earlier = h("div", {});
    const shown = () => {
      const here = this.list.filter((one) => (one.path ?? "") === where.value && !one.resolved_at);
      earlier.replaceChildren(...here.map((one) => h("p", { class: "composer-earlier" }, h("span", { class: "aside" }, `${one.by}：`), one.text)));
      this.highlight(where.value);
    };
    const form = h("form", {}, where, earlier, area, wrong,
      h("p", { class: "composer-actions" }, save, h("button", { type: "button", class: "button", onclick: () => this.close(back) }, "取消")));
    const box = h("div", { class: "composer", role: "dialog", "aria-label": "写批注" }, form);
    where.addEventListener("change", () => {
      read();
      shown();
    });
    area.addEventListener("input", () => this.keep(where.value, area.value));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close(back);
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      else return;
      event.preventDefault();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!area.value.trim()) {
        wrong.textContent = "请写批注内容";
        return void area.focus();
      }
      save.disabled = true;
      const answer = await this.api.post("comments", { path: where.value, text: area.value });
      save.disabled = false;
      if (!answer.ok) {
        wrong.textContent = answer.message || "没有保存：服务器没有响应。您写的内容留在这台电脑上，请稍后再存。";
        return;
      }
      this.keep(where.value, "");
      this.list.push(answer.data);
      this.render();
      this.close(back);
      say("批注已保存");
    });
    document.body.append(box);
    this.box = box;
    this.stand(box, this.sheet.cellFor(place));
    read();
    shown();
    area.focus({ preventScroll: true });
  }

  // The whole form, the cell, and the others of its row.
  places(path) {
    const row = /^indicators\.\d+\./.exec(path)?.[0];
    const labels = Object.entries(this.page.labels).filter(([one]) => (row ? one.startsWith(row) : !one.startsWith("indicators.")));
    return [["", "整张表"], ...labels];
  }

  stand(box, cell) {
    if (!cell || innerWidth < 700) return;
    const { left, bottom, top } = cell.getBoundingClientRect();
    const width = box.offsetWidth;
    const below = bottom + box.offsetHeight + 12 < innerHeight;
    box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 16)) + scrollX}px`;
    box.style.top = `${(below ? bottom + 4 : Math.max(8, top - box.offsetHeight - 4)) + scrollY}px`;
    box.classList.add("is-placed");
  }

  highlight(path) {
    this.sheet.root.querySelector(".is-commented")?.classList.remove("is-commented");
    this.sheet.cellFor(path)?.classList.add("is-commented");
  }

  close(back = null) {
    if (!this.box) return;
    this.box.remove();
    this.box = null;
    this.sheet.root.querySelector(".is-commented")?.classList.remove("is-commented");
    if (back?.isConnected) back.focus({ preventScroll: true });
  }

  draft(path) {
    try {
      return localStorage.getItem(this.drafts + path) ?? "";
    } catch {
      return "";
    }
  }

  keep(path, text) {
    try {
      if (text) localStorage.setItem(this.drafts + path, text);
      else localStorage.removeItem(this.drafts + path);
    } catch {
      // The text stays in its box all the same.
    }
  }
}

const when = (moment) => `${moment.slice(0, 10)} ${clock(moment).slice(0, 5)}`;

