// Keeps the page up to date and the draft on the server. Without it the pages work by refresh and by their buttons.
"use strict";

const part = document.querySelector("[data-part]");
const live = document.querySelector("[data-live]");
let mark = null;
let busy = false;
let again = false;

function say(words) {
  live.textContent = words;
  if (words) window.setTimeout(() => { if (live.textContent === words) live.textContent = ""; }, 5000);
}

const latest = document.getElementById("latest");

function atEnd() {
  return latest !== null && latest.getBoundingClientRect().top < window.innerHeight;
}

function toEnd() {
  latest?.scrollIntoView({ block: "end" });
}

async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const answer = await fetch(part.dataset.part, { credentials: "same-origin", cache: "no-store" });
    if (answer.status === 401 || answer.status === 404) { window.location.reload(); return; }
    if (answer.ok) put(await answer.text());
  } catch {
    say("No connection. Trying again.");
  } finally {
    busy = false;
    if (again) { again = false; refresh(); }
  }
}

function put(html) {
  const follow = atEnd();
  const focused = document.activeElement && part.contains(document.activeElement) ? document.activeElement.id : "";
  const before = part.querySelectorAll("[data-test=message-person], [data-test=waiting-item]").length;
  part.innerHTML = html;
  const after = part.querySelectorAll("[data-test=message-person], [data-test=waiting-item]").length;
  if (after > before) say(part.dataset.watch === "queue" ? "Somebody waits." : "A new message.");
  if (focused) document.getElementById(focused)?.focus();
  if (part.querySelector("[data-over]") && document.querySelector("[data-draft]")) window.location.reload();
  else if (follow) toEnd();
}

function watch() {
  const stream = new EventSource(document.body.dataset.events);
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) window.setTimeout(watch, 5000); // too many streams: once more later
  });
  stream.addEventListener("change", (event) => {
    const news = JSON.parse(event.data);
    const now = part.dataset.watch === "queue" ? event.data : String(news.held[part.dataset.watch]);
    if (mark !== null && now !== mark) refresh();
    else if (mark === null) refresh();
    mark = now;
  });
  stream.addEventListener("ended", () => { stream.close(); window.location.reload(); });
  window.addEventListener("pagehide", () => stream.close());
}

function keepDraft(form) {
  const field = form.querySelector("textarea");
  const state = form.querySelector("[data-draft-state]");
  let timer = 0;
  let sending = false;
  async function save() {
    if (sending) return;
    const body = new URLSearchParams({ text: field.value, by: "page", csrf_token: form.elements.csrf_token.value });
    const answer = await fetch(form.dataset.draft, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
    state.textContent = answer && answer.ok ? "Draft kept." : "The draft is not kept.";
  }
  field.addEventListener("input", () => {
    state.textContent = "";
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 600);
  });
  form.addEventListener("submit", () => { sending = true; window.clearTimeout(timer); });
}

if (part) {
  watch();
  window.setInterval(refresh, 30000); // minutes go on without any news
}
document.querySelectorAll("[data-draft]").forEach(keepDraft);
toEnd();
