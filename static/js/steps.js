// The steps of a form as dialogs. Without this they open below their buttons.

for (const details of document.querySelectorAll("details[data-step]")) {
  const summary = details.querySelector("summary");
  const form = details.querySelector("form");
  const dialog = document.createElement("dialog");
  dialog.className = "step-dialog";
  dialog.setAttribute("aria-labelledby", form.querySelector("h2").id);
  const button = document.createElement("button");
  button.type = "button";
  button.className = summary.className;
  button.setAttribute("aria-haspopup", "dialog");
  button.append(...summary.childNodes);
  dialog.append(form);
  details.replaceWith(button);
  button.after(dialog);

  const cancel = form.querySelector("[data-step-cancel]");
  cancel.hidden = false;
  cancel.addEventListener("click", () => dialog.close());
  // What was typed stays in the dialog when it is closed, and is there when it is opened again.
  button.addEventListener("click", () => dialog.showModal());
  // A second press would be a second step.
  form.addEventListener("submit", () => {
    for (const one of form.querySelectorAll("button")) one.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const one of form.querySelectorAll("button")) one.disabled = false;
  });
  if (details.open) dialog.showModal();
}
