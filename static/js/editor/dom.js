// Elements in one call, and the icons of the application.

// The page knows under which name the icons are served, and in which time zone the application lives.
const { icons: ICONS, timeZone: TIME_ZONE } = document.querySelector("script[data-icons]").dataset;

// h("p", { class: "note", onclick: f }, "text", child): false, null and "" children are left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child || child === 0));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "16");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

export const byId = (id) => document.getElementById(id);

// Said to those who listen, and shown for a moment at the foot of the page.
let hiding = 0;
export function say(text) {
  const line = byId("editor-said");
  line.textContent = "";
  line.textContent = text;
  line.classList.add("is-shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => line.classList.remove("is-shown"), 6000);
}

// HH:MM:SS by the clock that every other page goes by.
export function clock(moment) {
  return new Date(moment).toLocaleTimeString("zh-CN", { hour12: false, timeZone: TIME_ZONE });
}
