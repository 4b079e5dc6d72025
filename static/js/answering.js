// The comments on the form's page, to be answered there.

import { Api } from "./editor/api.js";
import { Comments } from "./editor/comments.js";
import { byId } from "./editor/dom.js";

const list = byId("comments-list");
const api = new Api(list.dataset.api);
const fragments = new Map([...list.querySelectorAll("[data-comment]")].map((item) => [Number(item.dataset.comment), item.querySelector(".comment-head a")?.hash.slice(1)]));

function go({ id }) {
  const cell = document.getElementById(fragments.get(id) ?? "");
  if (!cell) return;
  cell.tabIndex = -1;
  cell.scrollIntoView({ block: "center" });
  cell.focus({ preventScroll: true });
}

const answer = await api.get(`${api.address}/comments`);
if (answer.ok) {
  const comments = new Comments({ api, list, comments: answer.data, go, mayAnswer: true });
  addEventListener("focus", () => comments.reload());
}
