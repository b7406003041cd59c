// What the pages do with a script: times in the viewer's zone, live news, references that point.
// Everything else works without it.
"use strict";

const FORMS = {
  short: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  seconds: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.textContent = at.toLocaleString(undefined, FORMS[time.dataset.form] || FORMS.short);
    time.title = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
  }
}

function pointAt(link, on) {
  const message = document.getElementById(link.dataset.cites);
  if (message) message.classList.toggle("cited", on);
}

for (const [event, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(event, (happened) => {
    const link = happened.target.closest && happened.target.closest("[data-cites]");
    if (link) pointAt(link, on);
  });
}

// A key that sends something counts only once the page has stood for a moment, and never while it
// is held down: else the second press of a double one would decide about a draft nobody has read.
const READ_AT_LEAST = 800;
let shownAt = performance.now();

function isTyping(target) {
  return Boolean(target.closest && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]"));
}

function pressed(key) {
  if (localStorage.getItem("keys") === "off") return null;
  for (const found of document.querySelectorAll("[data-key]")) {
    if (found.dataset.key.split(" ").includes(key)) return found;
  }
  return null;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) return event.target.blur();
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const found = pressed(event.key);
  if (!found || performance.now() - shownAt < READ_AT_LEAST) return;
  event.preventDefault();
  if (found.tagName !== "SUMMARY") return found.click();
  found.parentElement.open = true;
  found.parentElement.querySelector("textarea, input:not([type=hidden])").focus();
});

// Who speaks to the machine, or rests a hand on the keys, can switch them off.
function keySwitch() {
  const box = document.getElementById("use-keys");
  if (!box) return;
  box.parentElement.hidden = false;
  box.checked = localStorage.getItem("keys") !== "off";
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
}

// Twice pressed is once sent.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

window.addEventListener("pageshow", () => {
  shownAt = performance.now();
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

function listen() {
  if (!document.querySelector("[hx-trigger^='fresh']")) return;
  const news = new EventSource("/events");
  news.addEventListener("fresh", () => document.body.dispatchEvent(new Event("fresh")));
  window.addEventListener("pagehide", () => news.close());
}

document.addEventListener("DOMContentLoaded", () => {
  localTimes(document);
  keySwitch();
  listen();
});
document.addEventListener("htmx:afterSettle", (happened) => localTimes(happened.target.parentNode || document));
