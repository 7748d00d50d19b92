// Makes the pages smoother; every page can be read without it.
// Law: nothing is computed here that the server could say; links are swapped in place, jobs are followed, pairs light up.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

// Fetch a page of ours and put its <main> in the place of ours.
async function swap(address, { push = true, keep = false } = {}) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer) return void location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!$("#main", page)) return void location.assign(address);
  const focused = document.activeElement?.id || document.activeElement?.getAttribute?.("data-id");
  const scroll = scrollY;
  const open = $$("details[open][id]").map((details) => details.id);
  $("#main").replaceWith($("#main", page));
  document.title = page.title;
  if (push) history.pushState(null, "", answer.url);
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  scrollTo(0, scroll);
  if (keep && $("#details")) $("#details").focus({ preventScroll: true });
  else if (focused) (document.getElementById(focused) || $(`[data-id="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  wake();
}

// Follow a job until it ends: by events, or by asking again where they do not get through.
function follow(id) {
  const box = $("#job");
  const words = JSON.parse(box.dataset.words);
  const last = ["succeeded", "failed", "needs_user", "cancelled"];
  let ended = false;
  const show = (job) => {
    if (ended) return;
    const box = $("#job");
    const at = job.runAfter && new Date(job.runAfter).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    const text = (words[job.status] || job.status).replace("{time}", at || "…");
    const steps = (job.progress?.steps || []).filter((step) => step.status !== "skipped");
    const step = steps.find((step) => step.status === "running") || steps.find((step) => step.status === "waiting");
    const doing = step ? ` ${words.stages[step.stage] || step.stage} ${words.sources[step.subject] || ""} (${steps.indexOf(step) + 1}/${steps.length})` : "";
    const reason = job.error?.step?.message ? job.error.step : job.error;
    const said = reason ? ` ${reason.message || ""} ${reason.remedy || ""}` : doing;
    box.textContent = text + said;
    box.hidden = false;
    box.className = `notice job ${{ succeeded: "good", failed: "bad", needs_user: "bad", waiting: "stale" }[job.status] || ""}`;
    if (!last.includes(job.status)) return;
    ended = true;
    events.close();
    $$("[data-post]").forEach((button) => (button.disabled = false));
    if (job.status === "succeeded") setTimeout(() => swap(location.href, { push: false }), 400);
  };
  const ask = async () => {
    while (!ended) {
      const answer = await fetch(`/api/jobs/${id}`).catch(() => null);
      if (answer?.ok) show(await answer.json());
      else box.textContent = words.offline;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  };
  const events = new EventSource(`/api/jobs/${id}/events`);
  const hear = (event) => show(JSON.parse(event.data));
  events.addEventListener("job", hear);
  events.onerror = () => { if (!ended) { events.close(); ask(); } };
}

async function post(button) {
  $$("[data-post]").forEach((other) => (other.disabled = true));
  button.closest("details")?.removeAttribute("open");
  const answer = await fetch(button.dataset.post, { method: "POST", headers: { Accept: "application/json" } }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok && said?.jobId) return follow(said.jobId);
  const box = $("#job");
  box.hidden = false;
  box.className = "notice job bad";
  box.textContent = said?.detail || said?.title || JSON.parse(box.dataset.words).offline;
  $$("[data-post]").forEach((other) => (other.disabled = false));
}

// A block and its counterpart light up together, and say in words how they differ.
function light(block) {
  const week = $(".week");
  $$(".lit").forEach((lit) => lit.classList.remove("lit"));
  week?.classList.toggle("lighting", Boolean(block));
  $("#tip").hidden = !block;
  if (!block) return;
  const { id, mate } = block.dataset;
  $$(".block").filter((b) => b.dataset.id === id || (mate && b.dataset.id === mate) || b.dataset.mate === id)
    .forEach((b) => b.classList.add("lit"));
  const tip = $("#tip");
  const title = $("b", block).textContent;
  const words = block.getAttribute("aria-label");
  const rest = words.startsWith(title) ? words.slice(title.length).replace(/^ \((.*?)\), /, "$1, ").replace(/^, /, "") : words;
  tip.replaceChildren(Object.assign(document.createElement("b"), { textContent: title }), Object.assign(document.createElement("span"), { textContent: rest }));
  // Beside the day, so that neither of the two is covered.
  const day = block.closest(".day").getBoundingClientRect();
  const right = day.right + 6 + tip.offsetWidth < innerWidth;
  const top = Math.max(8, Math.min(block.getBoundingClientRect().top, innerHeight - tip.offsetHeight - 8));
  tip.style.left = `${right ? day.right + 6 : Math.max(8, day.left - tip.offsetWidth - 6)}px`;
  tip.style.top = `${top}px`;
}

const began = Date.now();
function moveNow() {
  const now = $(".now");
  if (!now) return;
  const minute = Math.floor((Number(now.dataset.second) + (Date.now() - began) / 1000) / 60);
  if (minute < 1440) now.className = `now s${Math.floor(minute / 60)}h s${minute % 60}m`;
}

function wake() {
  const open = new URL(location.href).searchParams.get("block");
  if (open) $$(".block").filter((b) => b.dataset.id === open).forEach((b) => b.classList.add("open"));
  const living = $("#job[data-follow]");
  if (living) follow(living.dataset.follow);
}

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-swap], [data-post], #show-keys");
  if (!event.target.closest?.(".menu")) $$(".menu[open]").forEach((menu) => menu.removeAttribute("open"));
  if (!target) return;
  if (target.dataset.post) return void post(target);
  if (target.id === "show-keys") return void $("#keys").showModal();
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  light(null);
  swap(target.href, { keep: "keep" in target.dataset });
});

const KEYS = { ArrowLeft: "#previous", k: "#previous", ArrowRight: "#following", j: "#following", t: "#this-week", d: "#only", n: "#night", Escape: "#close-details" };
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.matches?.("input, textarea, select") || $("#keys").open) return;
  if (event.key === "?") return void $("#keys").showModal();
  if (event.key === "Escape") { light(null); $$(".menu[open]").forEach((menu) => menu.removeAttribute("open")); }
  const target = KEYS[event.key] && $(KEYS[event.key]);
  if (!target) return;
  event.preventDefault();
  target.click();
});

document.addEventListener("pointerover", (event) => event.pointerType === "mouse" && light(event.target.closest?.(".block")));
document.addEventListener("focusin", (event) => light(event.target.matches?.(".block:focus-visible") ? event.target : null));
addEventListener("popstate", () => swap(location.href, { push: false }));
setInterval(moveNow, 30_000);
wake();
