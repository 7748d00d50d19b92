// The browser's guess of the time zone stands in the form as long as nobody has chosen; files can be dropped.
function entrance() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const choice of $$("select[data-browser-zone]")) {
    const option = [...choice.options].find((one) => one.value === zone);
    if (option && !("touched" in choice.dataset)) choice.value = zone;
    choice.addEventListener("change", () => { choice.dataset.touched = ""; });
  }
  for (const place of $$("[data-drop]")) {
    const field = $("input[type=file]", place);
    for (const name of ["dragover", "dragleave", "drop"]) place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) { field.files = event.dataTransfer.files; field.form.requestSubmit(); }
    });
  }
}
entrance();
