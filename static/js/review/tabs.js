// The panels beside the sheet.

import { byId } from "../editor/dom.js";

const NAMES = ["row", "findings", "comments", "changes", "last", "files", "facts"];

export class Tabs {
  constructor() {
    this.tabs = NAMES.map((name) => byId(`tab-${name}`));
    this.tabs.forEach((tab, place) => {
      tab.addEventListener("click", () => this.open(NAMES[place]));
      tab.addEventListener("keydown", (event) => this.pressed(event, place));
      tab.title = `Alt+${place + 1}`;
    });
    const asked = location.hash.replace("#panel-", "");
    if (NAMES.includes(asked)) this.open(asked);
  }

  open(name, { focus = false } = {}) {
    NAMES.forEach((one, place) => {
      const chosen = one === name;
      this.tabs[place].setAttribute("aria-selected", String(chosen));
      this.tabs[place].tabIndex = chosen ? 0 : -1;
      byId(`panel-${one}`).hidden = !chosen;
    });
    this.name = name;
    if (focus) this.tabs[NAMES.indexOf(name)].focus();
  }

  at(place) {
    if (NAMES[place]) this.open(NAMES[place], { focus: true });
  }

  pressed(event, place) {
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: NAMES.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.at((to + NAMES.length) % NAMES.length);
  }
}
