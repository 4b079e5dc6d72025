// Saving by itself: soon after a change, one request at a time, again and again until it is done.

const REST = 800; // after the last keystroke
const LONGEST = 1800; // after the first one not yet sent
const RETRIES = [1000, 2000, 4000, 8000, 15_000, 30_000];
const SIGNED_OUT = 4000;
const FINAL = new Set(["rights", "gone", "status"]);

export class Autosave extends EventTarget {
  constructor(store, api, user) {
    super();
    this.store = store;
    this.api = api;
    this.user = user; // who is writing; a save under the name of whoever signs in next is refused
    this.since = 0; // when the first unsent change was made
    this.sending = null;
    this.failures = 0;
    this.problem = null;
    this.stopped = false;
    store.addEventListener("change", () => this.changed());
    addEventListener("online", () => this.retry());
    addEventListener("focus", () => this.problem && this.retry());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.problem && this.retry()));
    addEventListener("pagehide", () => this.leave({ keepalive: true }));
    addEventListener("beforeunload", (event) => {
      if (!this.stopped && (this.sending || this.store.unsaved())) event.preventDefault();
    });
  }

  emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  get dirty() {
    return this.since > 0;
  }

  changed() {
    if (this.stopped) return;
    const now = Date.now();
    this.since ||= now;
    this.emit("dirty");
    if (this.problem) return; // a retry is on its way, or the person has to decide first
    this.wait(Math.max(0, Math.min(REST, this.since + LONGEST - now)));
  }

  wait(time) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), time);
  }

  retry() {
    if (this.stopped || this.problem === "conflict") return;
    clearTimeout(this.timer);
    this.save();
  }

  // Everything saved that can be; resolves to whether it is.
  async flush() {
    while (this.sending) await this.sending;
    if (!this.store.unsaved()) return !this.problem;
    await this.save();
    return !this.problem && (!this.store.unsaved() || this.flush());
  }

  save(options = {}) {
    if (this.sending || this.stopped) return this.sending;
    clearTimeout(this.timer);
    const changes = this.store.pending();
    if (!changes.length) {
      this.since = 0;
      this.clearProblem();
      this.emit("idle");
      return Promise.resolve();
    }
    const sent = this.store.doc;
    const confirmed = [...this.store.confirming];
    const started = Date.now();
    this.emit("saving");
    this.sending = this.api.patch({ version: this.store.version, changes, user: this.user }, options).then((answer) => {
      this.sending = null;
      if (answer.ok) this.saved(answer.data, sent, confirmed, started);
      else this.failed(answer);
    });
    return this.sending;
  }

  saved(data, sent, confirmed, started) {
    this.failures = 0;
    this.store.accept(data, sent, confirmed);
    const more = this.store.unsaved();
    this.since = more ? started : 0;
    this.clearProblem();
    this.emit("saved", { more });
    if (more) this.wait(REST);
  }

  failed(answer) {
    this.problem = answer.problem;
    if (FINAL.has(answer.problem)) this.stopped = true;
    this.emit("failed", answer);
    if (answer.problem === "conflict" || this.stopped) return;
    const pause = answer.problem === "session" || answer.problem === "other" ? SIGNED_OUT : RETRIES[Math.min(this.failures, RETRIES.length - 1)];
    this.failures += 1;
    this.wait(pause);
  }

  clearProblem() {
    if (!this.problem) return;
    this.problem = null;
    this.emit("recovered");
  }

  // After a conflict was settled, or a version taken over.
  resume() {
    this.problem = null;
    this.failures = 0;
    this.emit("recovered");
    return this.save();
  }

  // The page may go at any moment: what is left is sent without waiting for a rest, and when it does go,
  // without waiting for an answer.
  leave(options) {
    if (this.stopped || this.sending || this.problem) return;
    if (this.store.unsaved()) this.save(options);
  }
}
