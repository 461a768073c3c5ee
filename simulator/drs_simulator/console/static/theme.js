// Applies the chosen theme before the page is painted. Without a choice, the system's theme applies.
"use strict";

{
  const themes = ["system", "light", "dark"];
  const read = () => {
    try {
      const stored = localStorage.getItem("drs-theme");
      return themes.includes(stored) ? stored : "system";
    } catch {
      return "system";
    }
  };
  const apply = (theme) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  apply(read());
  document.addEventListener("DOMContentLoaded", () => {
    const select = document.getElementById("theme");
    if (!select) return;
    select.closest("label").hidden = false;
    select.value = read();
    select.addEventListener("change", () => {
      apply(select.value);
      try {
        localStorage.setItem("drs-theme", select.value);
      } catch {
        // Without storage the choice lasts until the next page.
      }
    });
  });
}
