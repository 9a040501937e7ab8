// Saves the page its reloading: sends the forms, asks for what changed, and puts it in place. Without it the forms work.
"use strict";

const FAST_MS = 180; // after something was sent: an answer is near
const CALM_MS = 700;
const HIDDEN_MS = 5000;
const FAST_FOR_MS = 4000;
const LEAVING_MS = 260;

const note = document.querySelector("[data-note]");
let version = document.body.dataset.version;
let fastUntil = 0;
let timer = 0;
let looking = null;
let sending = Promise.resolve();

document.documentElement.classList.add("js");

function say(words) {
  if (note.textContent !== words) note.textContent = words;
}

// --- what changed

async function look() {
  const address = `${document.body.dataset.state}?since=${version}`;
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.status === 200) {
      const news = await answer.json();
      version = news.version;
      for (const [name, html] of Object.entries(news.parts)) put(name, html);
    }
    say(answer.ok ? "" : "The demo could not answer. Trying again.");
  } catch {
    say("The demo has ended, or cannot be reached.");
  }
}

function pace() {
  if (document.hidden) return HIDDEN_MS;
  return performance.now() < fastUntil ? FAST_MS : CALM_MS;
}

function lookSoon() {
  window.clearTimeout(timer);
  timer = window.setTimeout(lookNow, pace());
}

async function lookNow() {
  window.clearTimeout(timer);
  looking ??= look().finally(() => { looking = null; });
  await looking;
  lookSoon();
}

function put(name, html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  for (const place of document.querySelectorAll(`[data-part="${name}"]`)) {
    if (place.dataset.list !== undefined) putList(place, made.content.cloneNode(true));
    else if (place.innerHTML !== made.innerHTML) putPart(place, made.content.cloneNode(true));
  }
}

function putPart(place, wanted) {
  const held = place.contains(document.activeElement) ? document.activeElement.value : null;
  place.replaceChildren(wanted);
  if (held !== null) place.querySelector(`[value="${held}"]`)?.focus();
}

// A message keeps its element while it stands, so that only what is new is read out and what is deleted can be seen to go.
function putList(list, wanted) {
  const hadFocus = list.contains(document.activeElement);
  const old = new Map([...list.children].filter((one) => !one.classList.contains("leaving")).map((one) => [one.dataset.key, one]));
  let wrote = false;
  for (const next of [...wanted.children]) {
    const known = old.get(next.dataset.key);
    old.delete(next.dataset.key);
    if (known === undefined) { list.append(next); enter(next); wrote ||= next.matches(".mine"); }
    else if (known.innerHTML !== next.innerHTML) known.replaceChildren(...next.childNodes);
  }
  old.forEach(leave);
  if (wrote) list.parentElement.scrollTop = 0; // the end: the column is laid out from below
  if (hadFocus && !list.contains(document.activeElement)) list.parentElement.focus();
}

function enter(next) {
  next.classList.add("new");
  next.addEventListener("animationend", () => next.classList.remove("new"), { once: true });
}

function leave(gone) {
  gone.classList.add("leaving");
  gone.setAttribute("aria-hidden", "true");
  window.setTimeout(() => gone.remove(), LEAVING_MS);
}

// --- what is sent

function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const field = form.matches("[data-write]") ? form.elements.text : null;
  if (field !== null && field.value.trim() === "") return;
  if (field !== null) field.value = "";
  form.closest("[data-menu]")?.removeAttribute("open");
  sending = sending.then(() => post(form.getAttribute("action"), body)); // one after the other, as they were typed
}

async function post(address, body) {
  fastUntil = performance.now() + FAST_FOR_MS;
  const first = looking ?? Promise.resolve();
  const request = fetch(address, { method: "POST", body, headers: { "X-Requested-By": "phones" } }).catch(() => null);
  first.then(lookNow); // what was typed stands on the screen before the answer comes
  const answer = await request;
  if (answer === null || !answer.ok) say("This was not sent.");
  await lookNow();
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-live]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("visibilitychange", () => { if (!document.hidden) lookNow(); });

// --- the commands menu closes like a menu

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("[data-menu][open]");
  if (event.key !== "Escape" || menu === null) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// --- narrow screens: one phone at a time, the rest folded away

const tabs = [...document.querySelectorAll("[role=tab]")];
const narrow = window.matchMedia("(max-width: 68.99rem)");
const small = window.matchMedia("(max-width: 43.99rem)");

function choose(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).classList.toggle("shown", chosen);
  }
}

function fold() {
  for (const one of document.querySelectorAll("[data-folds]")) one.open = !small.matches;
}

function fit() {
  for (const tab of tabs) {
    const panel = document.getElementById(tab.getAttribute("aria-controls"));
    if (narrow.matches) panel.setAttribute("role", "tabpanel");
    else panel.removeAttribute("role");
  }
}

for (const [at, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}

narrow.addEventListener("change", fit);
small.addEventListener("change", fold);
choose(tabs.find((one) => `#${one.getAttribute("aria-controls")}` === window.location.hash) ?? tabs[0]);
fit();
fold();
lookSoon();
