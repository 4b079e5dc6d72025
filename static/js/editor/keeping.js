// What is not saved is kept on this machine as well, for each person, form and tab, until it is.

import { same } from "./documents.js";

const REST = 300;
const SIGN_OF_LIFE = 5000;
const GONE = 12_000; // a tab that has not been heard of for that long is closed

export class Keeping {
  constructor(store, { user, form }) {
    this.store = store;
    this.prefix = `perfgoals:${user}:${form}:`;
    this.key = this.prefix + crypto.getRandomValues(new Uint32Array(2)).join("-");
    store.addEventListener("change", () => this.soon());
    store.addEventListener("answer", () => this.soon());
    this.closed = false;
    addEventListener("pagehide", () => {
      this.closed = true;
      this.keep();
    });
    addEventListener("pageshow", () => {
      this.closed = false;
      this.keep();
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.keep());
    setInterval(() => this.kept && this.keep(), SIGN_OF_LIFE);
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), REST);
  }

  keep() {
    clearTimeout(this.timer);
    const { store } = this;
    const refused = [...store.refused].filter(([address, one]) => same(address, store.get(address), one.value));
    const needed = store.unsaved() || refused.length > 0;
    try {
      if (!needed) localStorage.removeItem(this.key);
      else {
        const entry = { at: Date.now(), closed: this.closed, version: store.version, base: store.base, doc: store.doc, refused };
        localStorage.setItem(this.key, JSON.stringify(entry));
      }
      this.kept = needed;
      this.full = false;
    } catch {
      this.full = true; // the page keeps it all the same, and says that it is not saved
    }
  }

  // What tabs that are gone have left; entries that cannot be read are dropped.
  left() {
    const found = [];
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(this.prefix) || key === this.key) continue;
      try {
        const entry = JSON.parse(localStorage.getItem(key));
        if (!entry.base?.indicators || !entry.doc?.indicators) throw new Error("not ours");
        const gone = entry.closed || Date.now() - entry.at > GONE;
        found.push({ ...entry, key, gone });
      } catch {
        localStorage.removeItem(key);
      }
    }
    return found.sort((one, other) => one.at - other.at);
  }

  drop(key) {
    localStorage.removeItem(key);
  }
}
