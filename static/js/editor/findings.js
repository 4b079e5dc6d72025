// The findings as a list that leads to the cells, and their counts in the head.

import { byId, h, icon } from "./dom.js";
import { whenReleased } from "../pressing.js";

const LEVELS = [["error", "错误"], ["warning", "警告"], ["hint", "提示"]];

export class Findings {
  constructor(sheet, store, grid, margin) {
    Object.assign(this, { sheet, store, grid, margin });
    this.panel = byId("findings");
    this.panel.addEventListener("click", (event) => this.clicked(event));
    byId("editor-counts").addEventListener("click", () => this.toggle());
    byId("findings-close").addEventListener("click", () => this.toggle(false));
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.panel.classList.contains("is-open")) this.toggle(false);
    });
    store.addEventListener("answer", whenReleased(() => this.render()));
    this.render();
  }

  toggle(open = !this.panel.classList.contains("is-open")) {
    this.panel.classList.toggle("is-open", open);
    byId("editor-counts").setAttribute("aria-expanded", String(open));
    (open ? byId("findings-title") : byId("editor-counts")).focus();
  }

  render() {
    const found = this.margin.findings();
    const groups = LEVELS.map(([level, label]) => ({ level, label, findings: found.filter((one) => one.level === level) }));
    const parts = groups.filter(({ findings }) => findings.length).map(({ level, label, findings }) =>
      h("section", {},
        h("h3", {}, h("span", { class: `level level-${level}` }, icon(level), `${label} ${findings.length}`)),
        h("ol", { class: "finding-list" }, findings.map((one) => this.line(one)))));
    byId("findings-list").replaceChildren(...(parts.length ? parts : [h("p", { class: "muted" }, "没有发现错误、警告或需要提示之处。")]));
    const counts = groups.filter(({ findings }) => findings.length)
      .map(({ level, label, findings }) => h("span", { class: `level level-${level}` }, icon(level), `${label} ${findings.length}`));
    byId("editor-counts").replaceChildren(...(counts.length ? counts : [h("span", { class: "level level-none" }, icon("agree"), "未发现问题")]));
  }

  line(finding) {
    const cell = this.sheet.placeOf(finding.path);
    const place = cell ? this.sheet.wordsFor(this.sheet.addressOf(finding.path) ?? cell.address) : "整份表";
    return h("li", { class: `finding finding-${finding.level}` },
      cell ? h("a", { href: `#${cell.td.id || "sheet"}`, "data-address": cell.address }, finding.message, icon("cell")) : h("span", {}, finding.message),
      h("span", { class: "basis" }, `${place}${finding.basis ? `　依据：${finding.basis}` : ""}`));
  }

  clicked(event) {
    const link = event.target.closest("a[data-address]");
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    this.grid.goTo(link.dataset.address);
  }
}
