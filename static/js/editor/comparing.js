// Changes in words and side by side: of what was kept on this machine, and of two people on one form.

import { h } from "./dom.js";

const ATTAINMENTS = { achieved: "达成", partial: "部分达成", missed: "未达成" };

export function shownValue(address, value) {
  if (value === null || value === undefined || value === "") return h("span", { class: "muted" }, "（空白）");
  if (address === "order") return `${value.length} 行的次序`;
  if (typeof value === "object") return value.name || "（整行）";
  return address.endsWith(".attainment") ? (ATTAINMENTS[value] ?? value) : String(value);
}

// The rows of a table of changes: what, before, after.
export function changeRows(changes, words) {
  return changes
    .filter((change) => !change.inside)
    .map((change) => h("tr", {}, h("th", { scope: "row" }, words(change.address)), ...happened(change)));
}

function happened({ kind, address, before, after }) {
  if (kind === "added") return [h("td", {}, "—"), h("td", {}, `新增：${after || "（未填名称）"}`)];
  if (kind === "removed") return [h("td", {}, before || "（未填名称）"), h("td", {}, "删除")];
  if (kind === "moved") return [h("td", {}, "—"), h("td", {}, "调整了次序")];
  return [h("td", {}, shownValue(address, before)), h("td", {}, shownValue(address, after))];
}

export function changeTable(title, changes, words) {
  return h("table", { class: "table table-small change-table" },
    h("caption", {}, title),
    h("thead", {}, h("tr", {}, ...["单元格", "原来", "改为"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, changeRows(changes, words)));
}
