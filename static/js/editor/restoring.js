// Unsaved content that an earlier page has left on this machine, offered again.

import { changesBetween, merge } from "./documents.js";
import { changeTable } from "./comparing.js";
import { byId, clock, h, icon, say } from "./dom.js";

const AGAIN = 15_000;

export class Restoring {
  constructor(sheet, store, keeping, conflict) {
    Object.assign(this, { sheet, store, keeping, conflict });
    this.look();
    if (keeping.left().length) setTimeout(() => this.look(), AGAIN);
  }

  look() {
    if (!byId("editor-restore").hidden) return;
    for (const entry of this.keeping.left()) {
      if (!entry.gone) continue;
      this.takeRefused(entry);
      const { doc } = merge(entry.base, entry.doc, this.store.doc);
      if (!changesBetween(this.store.doc, doc).length) this.keeping.drop(entry.key);
      else return void this.offer(entry);
    }
  }

  // What a cell could not hold comes back by itself, where the cell still says what it said.
  takeRefused(entry) {
    for (const [address, one] of entry.refused ?? []) {
      const { doc, conflicts } = merge(entry.base, entry.doc, this.store.doc);
      if (conflicts.some((found) => found.address === address) || !this.sheet.cellOf(address)) continue;
      const value = one.value;
      if (!changesBetween(this.store.doc, doc).some((change) => change.address === address)) continue;
      this.store.write(address, value, { label: "找回" });
      this.store.refused.set(address, one);
    }
    this.store.emit("answer", {});
  }

  offer(entry) {
    const changes = changesBetween(entry.base, entry.doc).filter((change) => !this.store.refused.has(change.address));
    const words = (address) => this.conflict.words(address, [entry.doc, entry.base]);
    const place = byId("editor-restore");
    const cells = changes.filter((change) => !change.inside).length;
    place.replaceChildren(
      h("p", {}, icon("warning"), h("strong", {}, "发现未保存的内容"), `：${new Date(entry.at).toLocaleDateString("zh-CN")} ${clock(entry.at)} 在这台电脑上输入，共 ${cells} 处，没有存到服务器。`,
        h("button", { type: "button", class: "button button-strong", onclick: () => this.restore(entry) }, "恢复"),
        h("button", { type: "button", class: "button", onclick: () => this.abandon(entry) }, "放弃")),
      h("div", { class: "restore-scroll", tabindex: "0", role: "region", "aria-label": "未保存的内容" }, changeTable("未保存的内容", changes, words)));
    place.hidden = false;
    history.scrollRestoration = "manual"; // seen first, wherever the page had been scrolled to
    place.scrollIntoView({ block: "start", behavior: "instant" });
  }

  async restore(entry) {
    const { doc, conflicts } = merge(entry.base, entry.doc, this.store.doc);
    let merged = doc;
    if (conflicts.length) {
      const choices = await this.conflict.settle({ document: this.store.doc }, { base: entry.base, mine: entry.doc, title: "未保存的内容与现在的表不一致" });
      if (!choices) return;
      merged = merge(entry.base, entry.doc, this.store.doc, (address) => choices[address]).doc;
    }
    this.store.change("恢复未保存的内容", () => merged);
    this.done(entry);
    say("已恢复，正在保存。按 Ctrl+Z 可撤销。");
  }

  abandon(entry) {
    this.done(entry);
    say("已放弃未保存的内容");
  }

  done(entry) {
    this.keeping.keep();
    this.keeping.drop(entry.key);
    byId("editor-restore").hidden = true;
    this.look();
  }
}
