// Comments in the editor: a badge on the cell, what is said to who is in it, and the list beside the sheet.
// They keep to their row when it moves: their place is the address of the cell.

import { Comments } from "./comments.js";
import { byId, h, icon } from "./dom.js";

export class Commenting {
  constructor({ sheet, store, grid, api, comments }) {
    Object.assign(this, { sheet, store, grid });
    this.badges = [];
    this.panel = byId("comments");
    if (!this.panel) return;
    this.list = new Comments({ api, list: byId("comments-list"), comments, go: (one) => this.go(one), mayAnswer: true });
    this.list.addEventListener("change", () => this.render());
    store.addEventListener("answer", () => this.render());
    store.addEventListener("change", ({ detail }) => !detail.typed && this.render());
    grid.addEventListener("comments", ({ detail }) => this.of(detail.cell).length && this.show(this.of(detail.cell)[0]));
    grid.addEventListener("select", ({ detail }) => this.follow(detail.cell));
    addEventListener("focus", () => this.list.reload());
    byId("editor-comments").addEventListener("click", () => this.toggle());
    this.render();
  }

  get open() {
    return this.list?.open ?? [];
  }

  // The comments on what a cell stands for, the open ones first.
  of(cell) {
    const codes = new Set(this.sheet.codesOf(cell));
    const field = cell.field;
    const found = this.list.comments.filter(({ place }) => {
      if (!place) return false;
      if (!place.startsWith("row:")) return place === cell.address;
      const [code, name] = place.slice(4).split(".");
      return name === field && codes.has(code);
    });
    return found.sort((one, other) => Boolean(one.resolved_at) - Boolean(other.resolved_at));
  }

  // Comments whose cell says what it said then and that nobody has answered.
  unanswered() {
    return this.open.filter((one) => !one.answers.length && (one.place ? this.saysTheSame(one) : true));
  }

  saysTheSame({ place, quote }) {
    if (place.startsWith("row:") && this.store.pathOf(place) === null) return false;
    const cell = this.sheet.cellOf(place);
    const now = cell ? this.sheet.display(cell) : (this.store.get(place) ?? "");
    return String(now).replace(/\s+/g, "") === quote.replace(/\s+/g, "");
  }

  render() {
    for (const badge of this.badges) badge.remove();
    this.badges = [];
    const count = this.open.length;
    byId("editor-comments").replaceChildren(icon("comment"), `批注 ${count}`);
    byId("comments-title").textContent = count ? `批注（未处理 ${count}）` : "批注";
    for (const cell of new Set([...this.sheet.cells.values()])) this.mark(cell);
  }

  mark(cell) {
    const here = this.of(cell).filter((one) => !one.resolved_at);
    cell.td.classList.toggle("has-comment", here.length > 0);
    if (!here.length) return void cell.input.removeAttribute("aria-description");
    cell.input.setAttribute("aria-description", `有 ${here.length} 条批注：${here.map((one) => one.text).join("；")}。按 Alt+M 查看`);
    const badge = h("button", { type: "button", class: "comment-badge", tabindex: "-1", "aria-label": `${cell.label}：批注 ${here.length} 条`, title: `${here[0].text}（Alt+M）`, onclick: () => this.show(here[0]) }, icon("comment"), here.length > 1 && String(here.length));
    cell.td.append(badge);
    this.badges.push(badge);
  }

  go(one) {
    this.grid.goTo(one.place);
    this.current(one);
  }

  // From the cell to its comment.
  show(one) {
    this.toggle(true);
    const item = this.panel.querySelector(`[data-comment="${one.id}"]`);
    item?.closest("details")?.setAttribute("open", "");
    item?.scrollIntoView({ block: "nearest" });
    item?.querySelector("[data-control='text']")?.focus({ preventScroll: true });
    this.current(one);
  }

  follow(cell) {
    this.current(this.of(cell)[0]);
  }

  current(one) {
    for (const item of this.panel.querySelectorAll(".comment.is-current")) item.classList.remove("is-current");
    if (one) this.panel.querySelector(`[data-comment="${one.id}"]`)?.classList.add("is-current");
  }

  toggle(open = !byId("findings").classList.contains("is-open")) {
    byId("findings").classList.toggle("is-open", open);
    for (const id of ["editor-counts", "editor-comments"]) byId(id).setAttribute("aria-expanded", String(open));
    if (open) byId("comments-title").focus();
  }
}
