// Sharing out the weights: by the scheme anew, or around the rows whose weights were set here.

import { byId, say } from "./dom.js";

const WEIGHT = /^row:([^.]+)\.weight$/;

export class Weights {
  constructor({ sheet, store, grid, autosave, api }) {
    Object.assign(this, { sheet, store, grid, autosave, api });
    this.kept = new Set(); // codes of the rows whose weight was set by hand since the page was opened
    store.addEventListener("change", ({ detail }) => {
      const row = WEIGHT.exec(detail.address ?? "");
      if (row && !this.sharing) this.kept.add(row[1]);
      this.offer();
    });
    byId("share-weights").addEventListener("click", () => this.share([], "按计分办法分配分值"));
    byId("complete-weights").addEventListener("click", () => this.share([...this.kept], "补足其余分值"));
    this.offer();
  }

  offer() {
    byId("complete-weights").hidden = this.kept.size === 0;
  }

  async share(keep, label) {
    this.grid.commit();
    // The server shares out what it holds, so it has to hold what was typed.
    if (!(await this.autosave.flush())) return void say("还有内容没有保存，保存恢复后再分配分值");
    const query = new URLSearchParams(keep.map((code) => ["keep", code]));
    const answer = await this.api.get(`${this.api.address}/weights?${query}`);
    if (!answer.ok) return void say(answer.message || "服务器没有响应，请稍后再试");
    this.sharing = true;
    this.store.writeAll(answer.data.map(({ path, weight }) => [this.sheet.addressOf(path), weight]), label);
    this.sharing = false;
    if (!keep.length) this.kept.clear();
    this.offer();
    say(`${label}：各行分值已填，合计满分。按 Ctrl+Z 可撤销。`);
  }
}
