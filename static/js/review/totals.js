// Self total and review total, with what lies between, always in view.

import { byId, h } from "../editor/dom.js";
import { printed } from "../editor/numbers.js";

export class Totals {
  constructor(store) {
    this.store = store;
    if (!byId("total-self")) return;
    store.addEventListener("answer", () => this.render());
    this.render();
  }

  render() {
    const { self, evaluation, difference } = this.store.state.totals;
    const rated = (one) => [h("strong", {}, printed(one.total_score, "padded")), one.rating && h("span", { class: "rating-word" }, one.rating)];
    byId("total-self").replaceChildren(...rated(self).filter(Boolean));
    byId("total-rate").textContent = evaluation.execution_rate ? printed(evaluation.execution_rate, "percent") : "—";
    if (!byId("total-review")) return;
    byId("total-review").replaceChildren(...rated(evaluation).filter(Boolean));
    const amount = Number(difference);
    const sign = amount > 0 ? "+" : amount < 0 ? "−" : "";
    byId("total-difference").textContent = `${sign}${printed(difference.replace("-", ""), "padded")}`;
    byId("total-difference").classList.toggle("is-other", amount !== 0);
    byId("total-review").title = evaluation.total_explanation;
  }
}
