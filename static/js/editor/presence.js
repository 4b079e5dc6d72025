// Who else has the form open; and what they saved, taken over where nothing here is unsaved.

import { byId, say } from "./dom.js";

const EVERY = 15_000;

export class Presence {
  constructor(store, api, autosave, grid) {
    Object.assign(this, { store, api, autosave, grid });
    this.tab = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.tell();
    setInterval(() => document.hidden || this.tell(), EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || this.tell());
    addEventListener("pagehide", () => this.api.post("presence", { tab: this.tab, leaving: true }, { keepalive: true }));
    addEventListener("pageshow", (event) => event.persisted && this.tell());
  }

  async tell() {
    const answer = await this.api.post("presence", { tab: this.tab });
    if (!answer.ok) return;
    const { others, version } = answer.data;
    byId("editor-others").textContent = others.length ? `${others.join("、")}也打开着这份表` : "";
    byId("editor-others").hidden = !others.length;
    if (version > this.store.version) await this.takeOver();
  }

  async takeOver() {
    const free = () => !this.autosave.dirty && !this.autosave.sending && !this.autosave.problem && !this.autosave.stopped;
    if (!free()) return;
    const answer = await this.api.get();
    if (!answer.ok || !free() || answer.data.version <= this.store.version || this.grid.mode === "edit") return;
    this.store.rebase(answer.data);
    say("已载入他人刚保存的修改");
  }
}
