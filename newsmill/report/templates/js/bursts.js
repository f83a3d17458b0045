// The list of bursts follows the choice of topics and period.
const BURSTS_AT_ONCE = 6;
let showAllBursts = false;

const showBursts = () => {
  const ids = chosenTopics().map((topic) => topics[topic].id);
  let shown = 0;
  for (const item of document.querySelectorAll("#burst-list > li")) {
    const isInPeriod = dayNumber(item.dataset.to) >= state.from && dayNumber(item.dataset.from) <= state.to;
    const isWanted = isInPeriod && ids.includes(item.dataset.topic);
    if (isWanted) shown += 1;
    item.hidden = !isWanted || (shown > BURSTS_AT_ONCE && !showAllBursts);
  }
  byId("more-bursts").hidden = showAllBursts || shown <= BURSTS_AT_ONCE;
  byId("more-bursts").textContent = `${shown - BURSTS_AT_ONCE} earlier`;
  byId("no-bursts").hidden = shown > 0;
  const explanation = state.to - timeBuckets.first < 14
    ? " Detecting a burst needs at least a week of earlier days."
    : " No topic had significantly more stories than expected from its past.";
  byId("no-bursts").textContent = `No bursts of ${state.topics.length ? "the chosen topics" : "any topic"}, ${periodText()}.${explanation}`;
};

const startBursts = () => {
  if (!topics.length) return;
  byId("more-bursts").addEventListener("click", () => { showAllBursts = true; showBursts(); });
  onChange((setting) => setting || showBursts());
  showBursts();
};
