// The reviewer's inputs in the margin of the sheet: what they hold, where the keyboard goes, and which
// row is at hand.

import { rowAddress, splitAddress } from "../editor/documents.js";
import { canonical } from "../editor/numbers.js";
import { byId, say } from "../editor/dom.js";
import { scoreFault } from "./state.js";

const WORDS = { score: "复核分", remark: "复核意见", opinion: "审核意见" };

export class ReviewSheet extends EventTarget {
  constructor(root, store, page) {
    super();
    Object.assign(this, { root, store, page });
    this.inputs = new Map();
    this.current = null;
    this.path = "";
    this.readOnly = false;
    this.rows = [...root.querySelectorAll(".review-row")];
    for (const row of this.rows) {
      row.closest("tr").dataset.number = row.dataset.number;
      for (const input of row.querySelectorAll("[data-field]")) {
        if (row.dataset.code) this.take(input, rowAddress(row.dataset.code, input.dataset.field));
      }
    }
    const opinion = byId("review-opinion");
    if (opinion) this.take(opinion, "opinion");
    root.addEventListener("focusin", ({ target }) => this.choose(target.closest("tr")?.dataset.number));
    root.addEventListener("keydown", (event) => this.pressed(event));
    store.addEventListener("change", ({ detail }) => this.update(detail.typed));
    store.addEventListener("answer", () => this.update(document.activeElement?.dataset?.address));
    this.update();
  }

  take(input, address) {
    input.dataset.address = address;
    this.inputs.set(address, input);
    // The browser may have kept another text over a reload; what the store says counts.
    input.value = this.store.get(address);
    input.addEventListener("input", () => this.typed(address, input.value));
    input.addEventListener("change", () => this.store.seal());
  }

  typed(address, value) {
    this.judge(address, value);
    this.store.write(address, value, { typing: true, label: this.wordsFor(address) });
    this.mark(address);
  }

  // A text that is no score stays on the page and is not sent.
  judge(address, value) {
    const place = splitAddress(address);
    if (place?.field !== "score") return;
    const fault = scoreFault(value, this.rowOf(place.code).weight);
    if (fault) this.store.refused.set(address, { value, message: fault });
    else this.store.refused.delete(address);
  }

  write(address, value, label) {
    if (this.readOnly) return;
    this.judge(address, value);
    this.store.write(address, value, { label });
  }

  update(typed) {
    for (const [address, input] of this.inputs) {
      const value = this.store.get(address);
      if (address !== typed && input.value !== value && !(splitAddress(address)?.field === "score" && same(input.value, value))) input.value = value;
      this.mark(address);
    }
    this.history();
  }

  history() {
    byId("editor-undo").disabled = !this.store.done.length || this.readOnly;
    byId("editor-redo").disabled = !this.store.undone.length || this.readOnly;
  }

  // What is wrong or doubtful with a score stands below it.
  mark(address) {
    const place = splitAddress(address);
    if (place?.field !== "score") return;
    const input = this.inputs.get(address);
    const refused = this.store.refused.get(address);
    const fault = refused?.value === this.store.get(address) ? refused.message : "";
    const number = this.page.codes.indexOf(place.code);
    const found = this.store.state.findings.find((one) => one.path === `indicators.${number}.score`);
    const line = input.closest(".review-row").querySelector(".review-wrong");
    const words = fault ? `未保存：复核分${fault}` : found && !this.store.refused.has(address) ? short(found) : "";
    if (fault) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    input.classList.toggle("is-given", Boolean(input.value.trim()));
    line.hidden = !words;
    line.className = `review-wrong${fault || found?.level === "error" ? " is-error" : ""}`;
    if (line.textContent !== words) line.textContent = words;
  }

  rowOf(code) {
    return this.page.rows[this.page.codes.indexOf(code)];
  }

  // -- the row at hand -----------------------------------------------------------------------------------

  choose(number, path = "") {
    if (!number) return;
    this.path = path || `indicators.${number - 1}.${this.page.points ? "score" : "target"}`;
    if (String(number) === this.current) return void this.tell();
    this.root.querySelector("tr.is-at-hand")?.classList.remove("is-at-hand");
    this.current = String(number);
    this.root.querySelector(`tr[data-number="${number}"]`)?.classList.add("is-at-hand");
    this.tell();
  }

  tell() {
    this.dispatchEvent(new CustomEvent("row"));
  }

  goToRow(number) {
    const row = this.rows.find((one) => one.dataset.number === String(number));
    if (!row) return;
    const input = row.querySelector("[data-field]:not(:disabled)");
    if (input) input.focus({ preventScroll: true });
    row.closest("tr").scrollIntoView({ block: "center" });
    this.choose(number);
  }

  // The cell of a path; of a merged one, or one that the sheet lacks, the name of its row.
  cellFor(path) {
    if (!path) return null;
    const [list, number] = path.split(".");
    return this.root.querySelector(`[data-path="${CSS.escape(path)}"]`) ?? this.root.querySelector(`[data-path="${CSS.escape(`${list}.${number}.name`)}"]`);
  }

  goToCell(path) {
    const cell = this.cellFor(path);
    if (!cell) return false;
    cell.scrollIntoView({ block: "center" });
    cell.tabIndex = -1;
    cell.focus({ preventScroll: true });
    const found = /^indicators\.(\d+)\./.exec(path);
    if (found) this.choose(Number(found[1]) + 1, path);
    return true;
  }

  // -- keys ----------------------------------------------------------------------------------------------

  pressed(event) {
    const { target, key } = event;
    if (!target.dataset?.field || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) return;
    const way = key === "Enter" && !event.altKey && !event.shiftKey ? 1 : target.dataset.field === "score" && key === "ArrowDown" ? 1 : target.dataset.field === "score" && key === "ArrowUp" ? -1 : 0;
    if (key === "Enter" && (event.altKey || event.shiftKey) && target.dataset.field === "remark") {
      event.preventDefault();
      target.setRangeText("\n", target.selectionStart, target.selectionEnd, "end");
      target.dispatchEvent(new Event("input"));
      return;
    }
    if (!way) return;
    event.preventDefault();
    this.step(target, way);
  }

  step(input, way) {
    const field = this.page.points ? "score" : "remark";
    const inputs = this.rows.map((row) => row.querySelector(`[data-field="${field}"]:not(:disabled)`)).filter(Boolean);
    const here = inputs.indexOf(input.closest(".review-row").querySelector(`[data-field="${field}"]`));
    const next = inputs[here + way] ?? (way > 0 ? byId("review-opinion") : null);
    if (!next) return;
    next.focus({ preventScroll: true });
    next.select();
    next.scrollIntoView({ block: "nearest" });
  }

  // -- what conflicts and restoring ask of a sheet -----------------------------------------------------------

  cellOf(address) {
    return this.inputs.get(address) ?? null;
  }

  wordsFor(address) {
    const place = splitAddress(address);
    if (!place) return WORDS[address] ?? address;
    return `第 ${this.page.codes.indexOf(place.code) + 1} 行 ${WORDS[place.field]}`;
  }

  setReadOnly() {
    this.readOnly = true;
    for (const input of this.inputs.values()) input.readOnly = true;
  }

  turn(back) {
    if (this.readOnly) return;
    const step = back ? this.store.undo() : this.store.redo();
    if (!step) return;
    if (step.address) {
      this.judge(step.address, this.store.get(step.address));
      this.inputs.get(step.address)?.focus();
    }
    this.update();
    say(`${back ? "已撤销" : "已重做"}：${step.label}`);
  }
}

const same = (one, other) => canonical(one) !== null && canonical(one) === canonical(other);
const short = (finding) => finding.message.replace(/^第 \d+ 行(「.*?」)?/, "");
