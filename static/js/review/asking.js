// A dialog that asks for a reason or an opinion before something is done, and says why it was not.

import { h } from "../editor/dom.js";

// act(text) → an answer of the interface; the dialog closes when it is ok. ``hindered``: why the button
// does nothing now. typed(text): told of every change.
export function ask({ title, lead = [], label, text = "", button, needed = false, hindered = "", typed = () => {}, act }) {
  const area = h("textarea", { class: "review-text", rows: 4, maxlength: 2000, id: "ask-text", "aria-describedby": "ask-wrong" });
  area.value = text;
  const wrong = h("p", { class: "field-error", id: "ask-wrong", role: "alert" });
  const go = h("button", { type: "submit", class: "button button-primary", disabled: Boolean(hindered) }, button);
  const form = h("form", { method: "dialog" },
    h("h2", { id: "ask-title" }, title), ...lead.filter(Boolean),
    label && h("label", { class: "review-label", for: "ask-text" }, label), label && area, wrong,
    h("p", { class: "dialog-actions" }, go, h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "取消")));
  if (hindered) wrong.textContent = hindered;
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "ask-title" }, form);
  area.addEventListener("input", () => typed(area.value));
  area.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.requestSubmit());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    if (needed && !area.value.trim()) {
      wrong.textContent = `请写明${label}`;
      area.focus();
      return;
    }
    go.disabled = true;
    const answer = await act(area.value);
    go.disabled = false;
    if (answer.ok) dialog.close();
    else wrong.textContent = answer.message || "没有做成：服务器没有响应，请稍后重试。您写的内容还在。";
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  (label ? area : go).focus();
  return dialog;
}
