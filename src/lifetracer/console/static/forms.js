// Forms that change something speak to the API in JSON; what it answers is said beside the form.
// <form data-send="POST /api/rules" data-then="/categories"> sends its fields; empty ones are left out unless data-whole.
async function send(form) {
  const [method, address] = form.dataset.send.split(" ");
  const said = form.dataset.said ? $(form.dataset.said) : $(".said", form);
  const body = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    const { kind, measure } = field.dataset;
    if (kind === "list") { body[field.name] ||= []; if (field.checked) body[field.name].push(field.value); }
    else if (field.type === "checkbox") body[field.name] = field.checked;
    else if (field.value === "" && !("whole" in form.dataset)) continue;
    else if (kind === "amount") {
      body[field.name] = amountOf(field.value, measure);
      if (Number.isNaN(body[field.name])) { field.setCustomValidity(field.dataset.unreadable); return void field.reportValidity(); }
    } else body[field.name] = kind === "number" ? Number(field.value) : field.value;
  }
  $$("button", form).forEach((button) => (button.disabled = true));
  const options = method === "DELETE" ? { method } : { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } }).catch(() => null);
  const told = answer?.status === 204 ? {} : await answer?.json().catch(() => null);
  $$("button", form).forEach((button) => (button.disabled = false));
  if (!answer?.ok) {
    if (!said) return;
    said.className = "said problem";
    said.textContent = [told?.detail || told?.title || JSON.parse($("#job").dataset.words).offline, told?.remedy].filter(Boolean).join(" ");
    return;
  }
  begun = false;
  if (form.dataset.then) await swap(form.dataset.then);
  if (told?.jobId && !form.dataset.then) follow(told.jobId);
  if (form.dataset.also) post(buttonFor(form.dataset.also));
}

// What people write as an amount, in the unit in which the API counts: seconds, a share, a number. 7:30, 7.5, 7h30m, ７時間30分.
function amountOf(text, measure) {
  const plain = text.normalize("NFKC").trim().toLowerCase().replace(",", ".");
  if (measure === "count") return Number(plain || NaN);
  if (measure === "share") return Math.round(Number(plain.replace(/\s*%$/, "") || NaN) * 100) / 10000;
  const clock = plain.match(/^(\d+):([0-5]\d)$/);
  const parts = clock || plain.match(/^([\d.]+)()\s*(?:h|時間)?$/) || plain.match(/^(?:([\d.]+)\s*(?:h|時間))?\s*(?:(\d+)\s*(?:m|min|分))?$/);
  return plain && parts ? Math.round(Number(parts[1] || 0) * 3600 + Number(parts[2] || 0) * 60) : NaN;
}

document.addEventListener("input", (event) => event.target.setCustomValidity?.(""));
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-send], [data-get]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.send) return void send(form);
  swap(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
});
// A choice that only changes what is shown takes effect at once.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-at-once]");
  if (form) form.requestSubmit();
});
// Enter that ends a composition must not send the form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
}, true);
