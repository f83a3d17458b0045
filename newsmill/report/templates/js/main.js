// Start all sections. Without scripts the summary, bursts, reconciliation and quarantine are still readable.
const goTo = (id) => {
  const target = byId(id);
  if (!target) return;
  target.scrollIntoView();
  target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
};

// Links within the page keep the choice of topics and period.
document.addEventListener("click", (event) => {
  const clicked = event.target.closest?.('a[href^="#"]');
  if (!clicked || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const sheetPath = clicked.dataset.sheet;
  if (sheetPath === undefined) goTo(clicked.getAttribute("href").slice(1));
  else openSheet(sheetPath);
});

// A link copied from the context menu contains the choice at this time.
document.addEventListener("contextmenu", (event) => {
  const clicked = event.target.closest?.("a[data-sheet]");
  if (clicked) clicked.setAttribute("href", viewAddress(clicked.dataset.sheet));
});

const start = async () => {
  root.classList.add("js");
  startTheme();
  startTooltips();
  readState();
  if (timeBuckets) startControls();
  startTopics();
  startBursts();
  startChanges();
  startEntities();
  startStories();
  startSources();
  startReconciliation();
  startSheet();
  window.addEventListener("hashchange", () => {
    if (!location.hash.includes("=")) return;
    readState();
    if (sheet.open && !state.show) sheet.close();
    for (const listener of listeners) listener();
    if (state.show) openSheet(state.show);
  });
  await allChartsReady();
  root.dataset.drawn = "yes";
};

start();
