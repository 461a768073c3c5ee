// Filters for the rows and cards of a report. Without it everything is shown.
(() => {
  const bar = document.querySelector(".filters");
  if (!bar) return;
  const [grade, outcome, text] = ["grade", "outcome", "text"].map((name) => bar.elements[name]);
  const marked = [...document.querySelectorAll("[data-outcome]:not(a)")];
  const rows = marked.filter((each) => each.matches("tr"));
  const groups = [...document.querySelectorAll("section[data-group]")];
  const fits = (each) =>
    (!grade || !grade.value || each.dataset.grade.split(" ").includes(grade.value)) &&
    (!outcome.value || each.dataset.outcome === outcome.value) &&
    each.textContent.toLowerCase().includes(text.value.trim().toLowerCase());
  const show = () => {
    marked.forEach((each) => { each.hidden = !fits(each); });
    groups.forEach((each) => { each.hidden = ![...each.querySelectorAll("[data-outcome]")].some((inner) => !inner.hidden); });
    bar.querySelector("output").value = `${rows.filter((each) => !each.hidden).length} of ${rows.length} shown`;
  };
  bar.addEventListener("input", show);
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("reset", () => setTimeout(show));
  document.querySelectorAll(".tiles a").forEach((each) => each.addEventListener("click", () => {
    outcome.value = outcome.value === each.dataset.outcome ? "" : each.dataset.outcome;
    show();
  }));
  bar.hidden = false;
  show();
})();
