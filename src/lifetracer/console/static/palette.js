// The palette: fuzzy over pages, days, categories and actions. What there is to choose from is asked of the server once.
let choices = null;

// How well a word fits: the fewer and the earlier the gaps the better; null when a letter is missing.
function fit(text, sought) {
  let at = -1, score = 0;
  const hits = [];
  for (const letter of sought) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return null;
    score += next === at + 1 ? 0 : next === 0 || " /-・".includes(text[next - 1]) ? 1 : 3;
    hits.push((at = next));
  }
  return { score, hits };
}

// Days that can be typed: 2026-11-19, 11-19, 11/19, 19.11.
function daysOf(text, { day, week }) {
  const parts = text.match(/^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$/);
  const numbered = text.match(/^(?:(\d{4})-?)?w(\d{1,2})$/i);
  const now = new Date();
  if (numbered) {
    const name = `${numbered[1] || now.getFullYear()}-W${numbered[2].padStart(2, "0")}`;
    return [{ text: `${week} ${name}`, href: `/week/${name}`, kind: "" }];
  }
  if (!parts) return [];
  const made = [parts[1] || now.getFullYear(), parts[2].padStart(2, "0"), parts[3].padStart(2, "0")].join("-");
  if (Number.isNaN(Date.parse(made))) return [];
  return [{ text: `${day} ${made}`, href: `/day/${made}`, kind: "" }, { text: `${week} ${made}`, href: `/week?day=${made}`, kind: "" }];
}

async function openPalette() {
  const palette = $("#palette");
  if (palette.open) return void palette.close();
  const input = $("input", palette);
  input.value = "";
  palette.showModal();
  input.focus();
  choices ||= await fetch("/palette.json").then((answer) => (answer.ok ? answer.json() : [])).catch(() => []);
  find();
}

function find() {
  const palette = $("#palette");
  const sought = $("input", palette).value.trim().toLowerCase().replaceAll(" ", "");
  const found = choices
    .map((choice) => ({ ...choice, ...(fit(choice.text.toLowerCase(), sought) || fit((choice.more || "").toLowerCase(), sought) && { score: 50, hits: [] } || { score: null }) }))
    .filter((choice) => choice.score !== null)
    .sort((a, b) => (sought ? a.score - b.score : 0)) // equals stay in the order in which they came
    .slice(0, 40);
  const all = [...daysOf($("input", palette).value.trim(), palette.dataset), ...found];
  $("ul", palette).replaceChildren(...all.map((choice, n) => {
    const item = document.createElement("li");
    Object.assign(item, { role: "option", id: `choice-${n}` });
    item.setAttribute("role", "option");
    const name = document.createElement("span");
    const hits = new Set(choice.hits || []);
    [...choice.text].forEach((letter, i) => name.append(hits.has(i) && sought ? Object.assign(document.createElement("mark"), { textContent: letter }) : letter));
    if (choice.hue) item.append(Object.assign(document.createElement("i"), { className: `swatch ${choice.hue}` }));
    item.append(name, Object.assign(document.createElement("small"), { textContent: choice.kind }));
    item.addEventListener("click", () => choose(choice));
    item.choice = choice;
    return item;
  }));
  if (!all.length) $("ul", palette).replaceChildren(Object.assign(document.createElement("li"), { className: "nothing", textContent: palette.dataset.nothing }));
  select(0);
}

function select(n) {
  const items = $$("#palette [role=option]");
  const chosen = items[(n + items.length) % (items.length || 1)];
  items.forEach((item) => item.setAttribute("aria-selected", item === chosen));
  $("#palette input").setAttribute("aria-activedescendant", chosen?.id || "");
  chosen?.scrollIntoView({ block: "nearest" });
}

function choose(choice) {
  $("#palette").close();
  if (choice.post) return void post(buttonFor(choice.post));
  if (choice.opens) return void document.getElementById(choice.opens).showModal();
  location.assign(choice.href);
}

// An action works as if its button had been pressed, on whichever page one is.
function buttonFor(address) {
  const button = document.createElement("button");
  button.dataset.post = address;
  return button;
}

addEventListener("DOMContentLoaded", () => {
  const palette = $("#palette");
  if (!palette) return; // pages of sign-in have none
  palette.addEventListener("input", () => choices && find());
  palette.addEventListener("click", (event) => event.target === palette && palette.close());
  palette.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter ends the composition, nothing else
    const at = $$("#palette [role=option]").findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") select(at + 1);
    else if (event.key === "ArrowUp") select(at - 1);
    else if (event.key === "Enter") { const item = $$("#palette [role=option]")[at]; if (item) choose(item.choice); }
    else return;
    event.preventDefault();
  });
});
