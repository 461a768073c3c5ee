// The journal follows new exchanges; a choice of an operation opens its form.
"use strict";

const pause = document.getElementById("pause");
if (pause) {
  const rows = document.getElementById("rows");
  const remembered = "drs-journal-paused";
  let paused = false;
  try { paused = localStorage.getItem(remembered) === "yes"; } catch { /* Storage may be forbidden. */ }
  let shown = rows.innerHTML.trim();
  let timer;
  const numbers = () => new Set([...rows.querySelectorAll("th a")].map((link) => link.textContent));
  const refresh = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(pause.dataset.rows);
        const text = answer.ok ? (await answer.text()).trim() : shown;
        // Who is about to copy a text, or is on one of the links, is not disturbed.
        const busy = rows.contains(document.activeElement) || String(getSelection());
        if (text !== shown && !busy && !paused) {
          const before = numbers();
          rows.innerHTML = shown = text;
          for (const link of rows.querySelectorAll("th a")) {
            if (!before.has(link.textContent)) link.closest("tr").classList.add("fresh");
          }
        }
      } catch {
        // The simulator may be restarting.
      }
    }
    if (!paused) timer = setTimeout(refresh, 1000);
  };
  const show = () => {
    pause.textContent = paused ? "Follow" : "Pause";
    pause.setAttribute("aria-pressed", String(paused));
    pause.title = paused ? "New exchanges are not shown" : "New exchanges are shown as they come";
  };
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    try { localStorage.setItem(remembered, paused ? "yes" : "no"); } catch { /* Likewise. */ }
    clearTimeout(timer);
    show();
    if (!paused) refresh();
  });
  show();
  if (!paused) timer = setTimeout(refresh, 1000);
}

const jump = document.getElementById("jump");
if (jump) jump.addEventListener("change", () => { location.href = jump.value; });
