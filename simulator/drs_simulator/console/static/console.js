// What the console can do with a script: copy, and follow the journal.
"use strict";

const copy = async (text) => {
  // Browsers offer the clipboard to pages of https and localhost only.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "offscreen";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
};

for (const button of document.querySelectorAll("button.copy")) {
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copies).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

const live = document.getElementById("live");
if (live) {
  const rows = document.getElementById("rows");
  live.closest("label").hidden = false;
  let timer;
  const refresh = async () => {
    try {
      const answer = await fetch(live.dataset.rows);
      if (answer.ok) rows.innerHTML = await answer.text();
    } catch {
      // The simulator may be restarting.
    }
    if (live.checked) timer = setTimeout(refresh, 1000);
  };
  live.addEventListener("change", () => { clearTimeout(timer); if (live.checked) refresh(); });
}
