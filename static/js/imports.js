// The upload with its progress. Without this the form sends the files all the same.

function send(form) {
  const request = new XMLHttpRequest();
  const progress = form.querySelector("[data-progress]");
  const bar = progress.querySelector("progress");
  const said = progress.querySelector("[data-said]");
  const button = form.querySelector("button");
  progress.hidden = false;
  button.disabled = true;
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    const done = Math.round((event.loaded / event.total) * 100);
    bar.value = done;
    said.textContent = done < 100 ? `已上传 ${done}%` : "已上传，正在保存……";
  });
  request.addEventListener("load", () => {
    if (request.status < 400) {
      window.location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    if (!page.getElementById("upload")) {
      failed("文件没有被接受，请刷新页面后再试一次。");
      return;
    }
    // With what was refused also the files that were taken, in the list below.
    document.querySelector("main").replaceWith(page.querySelector("main"));
    tellAll();
  });
  request.addEventListener("error", () => failed("上传没有完成，请检查网络后再试一次。"));
  request.open("POST", form.action);
  request.send(new FormData(form));

  function failed(why) {
    said.textContent = why;
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form) return;
  event.preventDefault();
  send(form);
});

// What was chosen is told in the box: the browser's own words may be in another language, and tell a number only.
const NAMED = 5;

function tell(input) {
  const box = input.closest(".import-drop");
  const said = box?.querySelector("[data-chosen]");
  if (!said) return;
  const names = [...input.files].map((file) => file.name);
  const lines = names.slice(0, NAMED);
  if (names.length > NAMED) lines.push(`等 ${names.length} 个文件`);
  if (!lines.length) lines.push("把文件拖到这里，或点这里选择", ...(input.multiple ? ["可以一次放进几个"] : []));
  said.replaceChildren(...lines.map((line) => Object.assign(document.createElement("span"), {textContent: line})));
  said.hidden = false;
  box.classList.add("says");
}

function tellAll() {
  for (const input of document.querySelectorAll(".import-drop input")) tell(input);
}

tellAll();
document.addEventListener("change", (event) => tell(event.target));

// Files may be dropped anywhere on the panel; the file input takes them.
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const over = event.target.closest?.("#upload");
    if (!over) return;
    over.classList.toggle("is-over", name === "dragover");
    if (name === "dragleave") return;
    event.preventDefault();
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    const form = over.querySelector("form[data-upload]");
    form.querySelector("input[type=file]").files = event.dataTransfer.files;
    tellAll();
    // A form that asks for more than the file waits for its button.
    if (!("waits" in form.dataset)) form.requestSubmit();
  });
}
