// A session that nobody uses ends by itself. Some minutes before, the page saves what is unsaved and asks
// whether somebody is still there; after the end it leads to the sign-in, and from there back here.
//
// The server alone decides how long a session lasts: it is asked before anything is said, because another
// tab may have been in use. What a page has to save it saves on the event "session:save", whose detail
// collects the promises: { saving: [] }; each resolves to whether all is saved. What somebody typed into a
// form that is sent by hand nobody can save: the page says so, and stays.

const { session: STATE, left: LEFT, user: USER, signIn: SIGN_IN, style: STYLE } = document.querySelector("script[data-session]").dataset;
const LIMIT = Math.max(1, Math.min(180, Math.floor(LEFT / 3))); // so many seconds before the end the dialog opens
const TOLD = 60; // not oftener than that is the server told that somebody is there
const TICK = Math.min(5, LIMIT);

let end = Date.now() + LEFT * 1000; // when the session ends, as far as is known, by this machine's clock
let moved = 0; // when a hand was last seen
let told = Date.now();
let asking = false;
let ended = false;
let dialog = null;
const title = document.title;

const cookie = (name) =>
  document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

// { left, extendable, user }; null when there was no answer. There being none says nothing about the session.
async function ask(method) {
  try {
    const response = await fetch(STATE, { method, headers: { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"]) {
  addEventListener(kind, () => (moved = Date.now()), { passive: true, capture: true });
}

const left = () => Math.max(0, Math.ceil((end - Date.now()) / 1000));

// Somebody who reads and scrolls sends nothing, and is there all the same.
const isUsed = () => !dialog && moved > told && Date.now() - told > TOLD * 1000;

async function look() {
  const used = isUsed();
  if (asking || (!used && left() > LIMIT)) return;
  asking = true;
  const state = await ask(used ? "POST" : "GET");
  asking = false;
  if (!state) return;
  told = used ? Date.now() : told;
  end = Date.now() + state.left * 1000;
  if (state.left <= 0) over();
  else if (state.left > LIMIT) close();
  else if (!dialog) warn(state);
}

// -- saving ------------------------------------------------------------------------------------------

async function save() {
  const detail = { saving: [] };
  document.dispatchEvent(new CustomEvent("session:save", { detail }));
  const saved = await Promise.allSettled(detail.saving);
  return saved.every(({ status, value }) => status === "fulfilled" && value !== false);
}

// -- what is sent by hand --------------------------------------------------------------------------------

const BY_HAND = "form[method=post i] :is(input, select, textarea), textarea:not([data-field], [data-address], [data-control])";

function isChanged(field) {
  if (field.disabled || ["hidden", "submit", "button", "reset", "image"].includes(field.type)) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.localName !== "select") return field.value !== field.defaultValue;
  const options = [...field.options];
  const given = options.filter((option) => option.defaultSelected);
  if (!given.length && !field.multiple) given.push(options.find((option) => !option.disabled));
  return options.some((option) => option.selected !== given.includes(option));
}

// The editor's own cells are not in a form, and save themselves.
const isTyped = () => [...document.querySelectorAll(BY_HAND)].some(isChanged);

// After the end a form is sent when the same person is there again: in the name of somebody else it is not. A
// sign-in gives the browser a new token; the one that stands in this page counts no more.
async function sendAgain(form, button) {
  const state = await ask("GET");
  if (!state || state.left <= 0) return over();
  if (String(state.user) !== USER) {
    const stay = element("button", { type: "button", class: "button" }, "留在本页");
    stay.addEventListener("click", close);
    return open("现在登录的是另一位用户", element("p", {}, "本页的内容没有以其名义提交，仍留在本页。请换回原来的账号登录，再提交。"), element("div", { class: "session-actions" }, stay));
  }
  ended = false;
  end = Date.now() + state.left * 1000;
  ticking = setInterval(look, TICK * 1000);
  const token = form.elements.namedItem("csrfmiddlewaretoken");
  if (token instanceof HTMLInputElement) token.value = cookie("csrftoken");
  form.requestSubmit(button);
}

addEventListener(
  "submit",
  (event) => {
    if (!ended) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    sendAgain(event.target, event.submitter);
  },
  { capture: true },
);

// -- the dialog ----------------------------------------------------------------------------------------

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Fetched now: when the dialog opens, the server may not be there to ask.
if (!document.querySelector(`link[href="${STYLE}"]`)) document.head.append(element("link", { rel: "stylesheet", href: STYLE }));

function open(heading, ...body) {
  dialog?.remove();
  dialog = element("dialog", { class: "session-dialog", "aria-labelledby": "session-heading" }, element("h2", { id: "session-heading" }, heading), ...body);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}

function close() {
  clearInterval(counting);
  document.title = title;
  dialog?.remove();
  dialog = null;
}

const words = (seconds) => (seconds >= 60 ? `${Math.floor(seconds / 60)} 分 ${String(seconds % 60).padStart(2, "0")} 秒` : `${seconds} 秒`);

let counting = 0;
function warn({ extendable }) {
  const shown = element("span", { class: "session-left", role: "timer" });
  const saving = element("p", { class: "muted", role: "status" }, "正在保存本页的内容…");
  const stay = element("button", { type: "button", class: "button button-primary" }, "继续使用");
  stay.addEventListener("click", async () => {
    const state = await ask("POST");
    told = Date.now();
    if (!state) return void (saving.textContent = "服务器没有响应，请再点一次。");
    if (state.left <= 0) return over();
    end = Date.now() + state.left * 1000;
    close();
  });
  const go = element("a", { class: "button", href: address() }, "重新登录");
  const why = extendable ? "已有一段时间没有操作，" : "登录时间已到上限，";
  open("登录即将结束", element("p", {}, why, "将在 ", shown, " 后自动退出。"), saving, element("div", { class: "session-actions" }, extendable ? stay : go));
  const count = () => {
    shown.textContent = words(left());
    document.title = `（${words(left())}后退出）${title}`;
  };
  count();
  clearInterval(counting);
  counting = setInterval(count, 1000);
  const typed = isTyped();
  save().then((all) => {
    if (!all) saving.textContent = "有内容没有保存成功，仍留在本页和这台电脑上。";
    else if (typed) saving.textContent = "本页有填写了还没提交的内容，仍留在本页；请继续使用，然后提交。";
    else saving.textContent = "本页的内容都已保存。";
  });
}

// -- the end ----------------------------------------------------------------------------------------------

const address = () => `${SIGN_IN}?next=${encodeURIComponent(location.pathname + location.search)}`;

function over() {
  clearInterval(ticking);
  ended = true;
  close();
  // What could not be saved stays in the page: going away by itself would lose it.
  const waiting = { unsaved: false };
  document.dispatchEvent(new CustomEvent("session:over", { detail: waiting }));
  const typed = !waiting.unsaved && isTyped();
  if (!waiting.unsaved && !typed) return location.replace(address());
  document.title = `（已退出）${title}`;
  const link = element("a", { class: "button button-primary", href: address(), target: "_blank", rel: "noopener" }, "在新标签页登录");
  const stay = element("button", { type: "button", class: "button" }, "留在本页");
  stay.addEventListener("click", close);
  link.addEventListener("click", close);
  const why = typed ? "本页有填写了还没提交的内容，仍留在本页。登录后回到这里再提交。" : "本页还有没保存的内容，留在本页和这台电脑上。登录后会自动继续保存。";
  open("登录已结束", element("p", {}, why), element("div", { class: "session-actions" }, link, stay));
}

let ticking = setInterval(look, TICK * 1000);
// A page taken out of the browser's memory, or woken with the machine, asks at once.
addEventListener("pageshow", (event) => event.persisted && ask("GET").then((state) => state && !state.left && over()));
document.addEventListener("visibilitychange", () => document.hidden || look());
