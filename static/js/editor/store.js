// What the form says here and now, what the server holds, and every step in between.

import { changesBetween, merge, operations, read, same, withCodes, written } from "./documents.js";

const PAUSE = 1500; // typing that goes on after a longer rest is a step of its own
const STEPS = 500;

export class Store extends EventTarget {
  constructor(state, locked) {
    super();
    this.locked = locked;
    this.done = [];
    this.undone = [];
    this.refused = new Map(); // address → {value, message}: typed, but not to be held by that cell
    this.confirming = new Set();
    this.load(state);
  }

  load(state) {
    const { doc, given } = withCodes(state.document);
    this.state = state;
    this.base = doc;
    this.doc = doc;
    this.version = state.version;
    this.unsentCodes = this.locked ? new Set() : given;
  }

  get(address) {
    return read(this.doc, address);
  }

  emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // A step: ``make`` gives the new document. Steps with the same ``typing`` (an address) that follow
  // each other closely are one.
  change(label, make, { address = null, typing = null } = {}) {
    const after = make(this.doc);
    if (after === this.doc) return;
    const now = Date.now();
    const last = this.done.at(-1);
    if (typing && last?.typing === typing && now - last.at < PAUSE && last.after === this.doc) {
      last.after = after;
      last.at = now;
    } else {
      this.done.push({ label, address, typing, at: now, before: this.doc, after });
      if (this.done.length > STEPS) this.done.shift();
    }
    this.undone = [];
    this.take(after, { typed: typing, address });
  }

  write(address, value, { typing = false, label = "填写" } = {}) {
    if (same(address, this.get(address), value) && this.get(address) === value) return;
    this.change(label, (doc) => written(doc, address, value), {
      address,
      typing: typing ? address : null,
    });
  }

  writeAll(entries, label, address = null) {
    this.change(
      label,
      (doc) => entries.reduce((now, [where, value]) => written(now, where, value), doc),
      { address },
    );
  }

  undo() {
    return this.step(this.done, this.undone, "before", "after");
  }

  redo() {
    return this.step(this.undone, this.done, "after", "before");
  }

  // Others may have changed the form since the step: only what the step itself did is taken back.
  step(from, to, goal, origin) {
    const step = from.pop();
    if (!step) return null;
    // A row that somebody else has removed since stays removed.
    const choose = (address, { theirs }) => (theirs === null ? "theirs" : "mine");
    const doc = this.doc === step[origin] ? step[goal] : merge(step[origin], step[goal], this.doc, choose).doc;
    step[origin] = this.doc;
    step[goal] = doc;
    step.typing = null;
    to.push(step);
    this.take(doc, { undone: true, address: step.address });
    return step;
  }

  // Back to where the steps were that many, as if the later ones had never been.
  forget(count) {
    if (this.done.length <= count) return;
    const first = this.done[count];
    this.done.length = count;
    this.take(first.before, {});
  }

  take(doc, detail) {
    const before = this.doc;
    this.doc = doc;
    this.emit("change", { ...detail, before });
  }

  // What is typed from now on is a step of its own.
  seal() {
    const last = this.done.at(-1);
    if (last) last.typing = null;
  }

  confirm(address) {
    this.confirming.add(address);
    this.emit("change", { before: this.doc });
  }

  // -- to and from the server ----------------------------------------------------------------------

  pending() {
    const skip = new Set(
      [...this.refused].filter(([address, one]) => one.value === this.get(address)).map(([address]) => address),
    );
    const ops = operations(this.base, this.doc, { skip, codes: this.unsentCodes });
    if (ops.every((op) => op.path.endsWith(".code"))) ops.length = 0;
    const set = new Set(ops.filter((op) => op.op === "set").map((op) => op.path));
    for (const address of this.confirming) {
      const path = this.pathOf(address);
      if (path && !set.has(path)) ops.push({ op: "set", path, value: this.get(address) || null });
    }
    return ops;
  }

  pathOf(address) {
    if (!address.startsWith("row:")) return address;
    const [code, field] = address.slice(4).split(".");
    const number = this.doc.indicators.findIndex((row) => row.code === code);
    return number < 0 ? null : `indicators.${number}.${field}`;
  }

  unsaved() {
    return this.pending().length > 0;
  }

  // The answer to a save of ``sent``; what was typed meanwhile stays.
  accept(answer, sent, confirmed) {
    const { doc: theirs, given } = withCodes(answer.document);
    const before = this.doc;
    for (const address of confirmed) this.confirming.delete(address);
    let origin = sent;
    const refused = new Map();
    for (const error of answer.refused ?? []) {
      const found = /^indicators\.(\d+)\.(\w+)$/.exec(error.path);
      const row = found && sent.indicators[Number(found[1])];
      const address = row ? `row:${row.code}.${found[2]}` : error.path;
      if (error.code === "locked") continue;
      refused.set(address, { value: read(sent, address), message: error.message });
      origin = written(origin, address, read(theirs, address));
    }
    for (const [address, one] of this.refused) {
      if (refused.has(address) || one.value !== read(sent, address)) continue;
      refused.set(address, one);
      origin = written(origin, address, read(theirs, address));
    }
    this.refused = new Map([...refused].filter(([address]) => this.pathOf(address)));
    this.state = answer;
    this.version = answer.version;
    this.base = theirs;
    this.unsentCodes = this.locked ? new Set() : given;
    this.doc = this.doc === origin && !refused.size ? theirs : merge(origin, this.doc, theirs).doc;
    const last = this.done.at(-1);
    if (last?.after === before) last.after = this.doc;
    this.emit("answer", { before });
  }

  // Somebody else's version under what is unsaved here; ``choices`` settles what both changed.
  rebase(current, choices = {}) {
    const { doc: theirs, given } = withCodes(current.document);
    const before = this.doc;
    this.doc = merge(this.base, this.doc, theirs, (address) => choices[address]).doc;
    this.base = theirs;
    this.state = current;
    this.version = current.version;
    this.unsentCodes = this.locked ? new Set() : given;
    this.emit("answer", { before });
    this.emit("change", { before });
  }

  changes() {
    return changesBetween(this.base, this.doc);
  }
}
