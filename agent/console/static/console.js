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

function listen() {
  if (!document.querySelector("[hx-trigger^='fresh']")) return;
  const news = new EventSource("/events");
  news.addEventListener("fresh", () => document.body.dispatchEvent(new Event("fresh")));
  window.addEventListener("pagehide", () => news.close());
}

document.addEventListener("DOMContentLoaded", () => {
  localTimes(document);
  listen();
});
document.addEventListener("htmx:afterSettle", (happened) => localTimes(happened.target.parentNode || document));
