// A list of suggestions below a cell. It never takes the focus and never answers a key it was not asked
// for: Enter chooses only after an arrow has picked a line.

import { h } from "./dom.js";

let number = 0;

export class Listbox {
  constructor(grid) {
    this.grid = grid;
    this.box = null;
    this.active = -1;
  }

  get opens() {
    return Boolean(this.box);
  }

  // options: [{main, aside, value}]; ``choose`` gets the value.
  open(cell, options, { label, choose, active = -1 }) {
    this.close();
    if (!options.length) return;
    number += 1;
    this.cell = cell;
    this.choose = choose;
    this.options = options;
    this.box = h("div", { class: "suggestions", role: "listbox", id: `suggestions-${number}`, "aria-label": label },
      options.map((option, at) =>
        h("div", { class: "suggestion", role: "option", id: `suggestion-${number}-${at}`, "aria-selected": "false",
          onpointerdown: (event) => {
            event.preventDefault();
            this.pick(at);
          } },
        h("span", { class: "suggestion-main" }, option.main), option.aside && h("span", { class: "suggestion-aside" }, option.aside))),
    );
    document.getElementById("content").append(this.box);
    this.place();
    cell.input.setAttribute("aria-controls", this.box.id);
    this.grid.popup = this;
    this.mark(active);
  }

  place() {
    const box = this.cell.td.getBoundingClientRect();
    const width = Math.max(box.width, Math.min(440, innerWidth - 16));
    this.box.style.width = `${width}px`;
    this.box.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8)) + scrollX}px`;
    const room = innerHeight - box.bottom > Math.min(this.box.offsetHeight, 220);
    this.box.style.top = room ? `${box.bottom + scrollY + 2}px` : `${Math.max(0, box.top + scrollY - this.box.offsetHeight - 2)}px`;
  }

  mark(at) {
    this.active = at;
    [...this.box.children].forEach((line, number_) => {
      line.setAttribute("aria-selected", String(number_ === at));
      if (number_ === at) line.scrollIntoView({ block: "nearest" });
    });
    const line = this.box.children[at];
    if (line) this.cell.input.setAttribute("aria-activedescendant", line.id);
    else this.cell.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (!this.box || event.ctrlKey || event.metaKey) return false;
    const { length } = this.options;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const by = event.key === "ArrowDown" ? 1 : -1;
      this.mark(this.active < 0 ? (by > 0 ? 0 : length - 1) : (this.active + by + length) % length);
      return true;
    }
    if (event.key === "Enter" && this.active >= 0 && !event.altKey && !event.shiftKey) {
      this.pick(this.active);
      return true;
    }
    if (event.key === "Escape") {
      this.close();
      return true;
    }
    return false;
  }

  pick(at) {
    const { choose } = this;
    const { value } = this.options[at];
    this.close();
    choose(value);
  }

  close() {
    if (!this.box) return;
    this.box.remove();
    this.box = null;
    this.cell.input.removeAttribute("aria-activedescendant");
    this.cell.input.removeAttribute("aria-controls");
    if (this.grid.popup === this) this.grid.popup = null;
  }
}
