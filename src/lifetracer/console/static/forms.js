// Forms that change something speak to the API in JSON; what it answers is said beside the form.
// <form data-send="POST /api/rules" data-then="/categories"> sends its fields; empty ones are left out unless data-whole.
async function send(form) {
  const [method, address] = form.dataset.send.split(" ");
  const said = $(".said", form);
  const body = {};
  for (const field of $$("[name]", form)) {
    if (field.type === "checkbox") body[field.name] = field.checked;
    else if (field.value !== "" || "whole" in form.dataset) body[field.name] = field.dataset.kind === "number" ? Number(field.value) : field.value;
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
  if (form.dataset.then) await swap(form.dataset.then);
  if (told?.jobId && !form.dataset.then) follow(told.jobId);
  if (form.dataset.also) post(buttonFor(form.dataset.also));
}

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
