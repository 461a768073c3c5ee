// What the console does more with a script: copying, and a journal that follows.
"use strict";

for (const button of document.querySelectorAll("button.copy")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
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
      // The simulator is gone for a moment; the next look may find it again.
    }
    if (live.checked) timer = setTimeout(refresh, 1000);
  };
  live.addEventListener("change", () => { clearTimeout(timer); if (live.checked) refresh(); });
}
