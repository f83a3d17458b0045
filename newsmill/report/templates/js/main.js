// Everything starts here: without it the sentences, bursts, reconciliation and quarantine still read.
const goTo = (id) => {
  const target = at(id);
  if (!target) return;
  target.scrollIntoView();
  target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
};

// Links within the page keep what is chosen.
document.addEventListener("click", (event) => {
  const clicked = event.target.closest?.('a[href^="#"]');
  if (!clicked || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const { show } = clicked.dataset;
  if (show === undefined) return goTo(clicked.getAttribute("href").slice(1));
  if (at(show)) return goTo(show);
  openSheet(show);
});

// A link copied from the page must lead to what is chosen when it is copied.
document.addEventListener("contextmenu", (event) => {
  const clicked = event.target.closest?.("a[data-show]");
  if (clicked) clicked.setAttribute("href", address(clicked.dataset.show));
});

const start = async () => {
  page.classList.add("js");
  startTheme();
  startTips();
  readState();
  if (slots) startControls();
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
  await settled();
  page.dataset.drawn = "yes";
};

start();
