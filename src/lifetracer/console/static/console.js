// Makes the pages smoother; every page can be read without it.
// Law: nothing is computed here that the server could say; links are swapped in place, jobs are followed, pairs light up.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

// Fetch a page of ours and put its <main> in the place of ours.
let latest = 0;
async function swap(address, { push = true, keep = false } = {}) {
  const turn = ++latest; // of two quick steps only the second is drawn
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer) return void location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== latest) return;
  if (!$("#main", page)) return void location.assign(address);
  const focused = document.activeElement?.id || document.activeElement?.getAttribute?.("data-id");
  const scroll = scrollY;
  const open = $$("details[open][id]").map((details) => details.id);
  $("#main").replaceWith($("#main", page));
  begun = false;
  $(".rail").replaceWith($(".rail", page)); // its links keep the language and theme of the present address
  document.title = page.title;
  if (push) history.pushState(null, "", answer.url);
  open.forEach((id) => id !== "more" && document.getElementById(id)?.setAttribute("open", ""));
  scrollTo(0, scroll);
  if (keep && $("#details")) $("#details").focus({ preventScroll: true });
  else if (focused) (document.getElementById(focused) || $(`[data-id="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  wake();
}

// Follow a job until it ends: by events, or by asking again where they do not get through.
function follow(id) {
  const words = JSON.parse($("#job").dataset.words);
  const last = ["succeeded", "failed", "needs_user", "cancelled"];
  let ended = false;
  const show = (job) => {
    const box = $("#job");
    if (ended || !box) return;
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
    if (job.status === "succeeded") setTimeout(renew, 400, box, latest);
    else if ($("#working a")) swap($("#working a").href); // the page of a question says why there is no answer
    else if (reason && document.documentElement.lang !== "en") tell(box, text);
  };
  const tell = async (box, text) => { // the job's page says the reason in the reader's language
    const answer = await fetch(`/jobs/${id}`).catch(() => null);
    const said = answer?.ok && $("#reason", new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (said) box.textContent = `${text} ${said.textContent}`;
  };
  const ask = async () => {
    while (!ended) {
      const answer = await fetch(`/api/jobs/${id}`).catch(() => null);
      if (answer?.ok) show(await answer.json());
      else if ($("#job")) $("#job").textContent = words.offline;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  };
  const events = new EventSource(`/api/jobs/${id}/events`);
  const hear = (event) => show(JSON.parse(event.data));
  events.addEventListener("job", hear);
  events.addEventListener("log", (event) => sayLine(id, JSON.parse(event.data)));
  events.onerror = () => { if (!ended) { events.close(); ask(); } };
}

// What a person has begun to fill in and not yet sent: no job that ends meanwhile takes it from them.
let begun = false;
document.addEventListener("input", (event) => { begun ||= Boolean(event.target.closest("#main")); });

// What a job has made is drawn, and what was said of the job stays, unless the new page says by itself how it stands.
async function renew(said, turn) {
  if (turn !== latest || begun) return; // the person has gone on, or is in the midst of something
  await swap(location.href, { push: false });
  const box = $("#job");
  if (box && !box.dataset.follow && !box.textContent.trim()) box.replaceWith(said);
}

// The job's own page shows each line as it is said.
function sayLine(id, line) {
  const log = $(`pre.log[data-job="${id}"]`);
  if (!log || Number(log.dataset.last) >= line.line) return;
  log.dataset.last = line.line;
  log.append(`${new Date(line.at).toLocaleTimeString([], { hour12: false })}  ${line.event}${Object.entries(line.details || {}).map(([k, v]) => `  ${k}=${typeof v === "string" ? v : JSON.stringify(v)}`).join("")}\n`);
  log.scrollTop = log.scrollHeight;
}

async function post(button) {
  $$("[data-post]").forEach((other) => (other.disabled = true));
  button.closest("details")?.removeAttribute("open");
  const answer = await fetch(button.dataset.post, { method: button.dataset.method || "POST", headers: { Accept: "application/json" } }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok && said?.jobId) return follow(said.jobId);
  const box = $("#job");
  box.hidden = false;
  box.className = "notice job bad";
  box.textContent = said?.detail || said?.title || JSON.parse(box.dataset.words).offline;
  $$("[data-post]").forEach((other) => (other.disabled = false));
}

function showTip(title, rest, place) {
  const tip = $("#tip");
  tip.hidden = false;
  tip.replaceChildren(...[["b", title], ["span", rest]].filter(([, text]) => text).map(([name, text]) => Object.assign(document.createElement(name), { textContent: text })));
  const right = place.right + 6 + tip.offsetWidth < innerWidth;
  tip.style.left = `${right ? place.right + 6 : Math.max(8, place.left - tip.offsetWidth - 6)}px`;
  tip.style.top = `${Math.max(8, Math.min(place.top, innerHeight - tip.offsetHeight - 8))}px`;
}

// A block and its counterpart light up together, and say in words how they differ.
function light(block) {
  const week = $(".week");
  $$(".lit").forEach((lit) => lit.classList.remove("lit"));
  week?.classList.toggle("lighting", Boolean(block));
  $("#tip").hidden = true;
  if (!block) return;
  const { id, mate } = block.dataset;
  $$(".block").filter((b) => b.dataset.id === id || (mate && b.dataset.id === mate) || b.dataset.mate === id)
    .forEach((b) => b.classList.add("lit"));
  const title = $("b", block).textContent;
  const words = block.getAttribute("aria-label");
  const rest = words.startsWith(title) ? words.slice(title.length).replace(/^ \((.*?)\), /, "$1, ").replace(/^, /, "") : words;
  // Beside the day, so that neither of the two is covered.
  const day = block.closest(".day").getBoundingClientRect();
  showTip(title, rest, { left: day.left, right: day.right, top: block.getBoundingClientRect().top });
}

// Marks of a chart say what they stand for: data-tip holds a title and, on lines of their own, the rest.
function tell(mark) {
  if (!mark) return void ($("#tip").hidden = true);
  const [title, ...rest] = mark.dataset.tip.split("\n");
  showTip(title, rest.join("\n"), mark.getBoundingClientRect());
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
  const target = event.target.closest?.(".block, [data-swap], [data-post], [data-opens]");
  if (!event.target.closest?.(".menu, .more")) $$(".menu[open], .more[open]").forEach((menu) => menu.removeAttribute("open"));
  if (!target) return;
  if (target.dataset.post) return void post(target);
  if (target.dataset.opens === "palette") return void openPalette();
  if (target.dataset.opens) return void document.getElementById(target.dataset.opens).showModal();
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  light(null);
  swap(target.href, { keep: "keep" in target.dataset || target.matches(".block") });
});

const KEYS = { ArrowLeft: "#previous", k: "#previous", ArrowRight: "#following", j: "#following", t: "#present", d: "#only", n: "#night", Escape: "#close-details" };
let going = 0; // until when a letter after g leads to a page
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return; // Japanese is being written
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k" && !event.shiftKey && !event.altKey) { event.preventDefault(); return void openPalette(); }
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.matches?.("input, textarea, select") || $("dialog[open]")) return;
  if (event.key === "?") return void $("#keys").showModal();
  const leads = Date.now() < going && $(`[data-go="${CSS.escape(event.key)}"]`);
  going = 0;
  if (leads) { event.preventDefault(); return void leads.click(); }
  if (event.key === "g") return void (going = Date.now() + 1500);
  if (event.key === "Escape") { light(null); $$(".menu[open], .more[open]").forEach((menu) => menu.removeAttribute("open")); }
  if (event.key.startsWith("Arrow") && event.target.closest?.(".scroll, summary")) return; // it scrolls there
  const target = KEYS[event.key] && $(KEYS[event.key]);
  if (!target) return;
  event.preventDefault();
  target.click();
});

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const mark = event.target.closest?.(".block, [data-tip]");
  if (mark?.dataset.tip !== undefined) tell(mark);
  else light(mark);
});
document.addEventListener("focusin", (event) => {
  const mark = event.target.matches?.(".block:focus-visible, [data-tip]:focus-visible") ? event.target : null;
  if (mark?.dataset.tip !== undefined) tell(mark);
  else light(mark);
});
addEventListener("popstate", () => swap(location.href, { push: false }));
setInterval(moveNow, 30_000);
addEventListener("DOMContentLoaded", wake);
