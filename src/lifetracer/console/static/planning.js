// A wish says while it is written how it is understood; a block that is not chosen fades in the picture.
let reading;
document.addEventListener("input", (event) => event.isComposing || readSoon(event.target));
document.addEventListener("compositionend", (event) => readSoon(event.target));
document.addEventListener("focusin", (event) => event.target.matches?.("details [data-understood]") && readSoon(event.target));

// Enter on a sentence that was not understood asks also whoever may guess it, where somebody may.
document.addEventListener("change", (event) => event.target.matches?.("[data-understood]") && $(".understood.doubtful", event.target.form) && understand(event.target, true));

function readSoon(field) {
  if (!field.matches?.("[data-understood]")) return;
  clearTimeout(reading);
  reading = setTimeout(understand, 250, field);
}

async function understand(field, guess = false) {
  const said = $(".understood", field.form), sentence = field.value.trim();
  if (!sentence) return void said.replaceChildren();
  const answer = await fetch("/api/intents/parse", {
    method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ sentence, guess, language: document.documentElement.lang }),
  }).then((found) => (found.ok ? found.json() : null)).catch(() => null);
  if (!answer || field.value.trim() !== sentence) return; // one has written on meanwhile
  const words = JSON.parse($("[data-words].understood").dataset.words), missed = answer.notUnderstood;
  said.classList.toggle("doubtful", Boolean(missed));
  if (!missed) return void said.replaceChildren(`${words.understood} `, told("b", answer.echo));
  const example = answer.guess?.sentence || missed.example;
  const button = told("button", example);
  Object.assign(button, { type: "button", className: "plain example" });
  button.addEventListener("click", () => { field.value = example; field.focus(); understand(field); });
  said.replaceChildren(`${missed.question} ${answer.guess ? words.guess : words.example} `, button);
}

function told(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}

document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-shows]");
  if (!box) return;
  $$(`[data-block="${CSS.escape(box.dataset.shows)}"]`).forEach((block) => block.classList.toggle("left-out", !box.checked));
  const all = $$("[data-shows]", box.form), chosen = all.filter((one) => one.checked).length;
  $$("[data-chosen]").forEach((place) => (place.textContent = place.dataset.chosen.replace("{chosen}", chosen).replace("{all}", all.length)));
});
