// What every page can do with a script: copy.
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
