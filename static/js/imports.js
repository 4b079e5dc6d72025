// The upload with its progress. Without this the form sends the files all the same.

const panel = () => document.getElementById("upload");

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
    const answer = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("upload");
    if (answer) panel().replaceWith(answer);
    else failed();
  });
  request.addEventListener("error", failed);
  request.open("POST", form.action);
  request.send(new FormData(form));

  function failed() {
    said.textContent = "上传没有完成，请检查网络后再试一次。";
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form) return;
  event.preventDefault();
  send(form);
});

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
    form.requestSubmit();
  });
}
