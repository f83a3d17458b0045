// The list of bursts follows the choice; where it is empty it says what that means.
const BURSTS_AT_ONCE = 6;
let allBursts = false;

const showBursts = () => {
  const chosen = chosenTopics().map((topic) => topics[topic].id);
  let shown = 0;
  for (const item of document.querySelectorAll("#burst-list > li")) {
    const inside = dayNumber(item.dataset.to) >= state.from && dayNumber(item.dataset.from) <= state.to;
    const wanted = inside && chosen.includes(item.dataset.topic);
    if (wanted) shown += 1;
    item.hidden = !wanted || (shown > BURSTS_AT_ONCE && !allBursts);
  }
  at("more-bursts").hidden = allBursts || shown <= BURSTS_AT_ONCE;
  at("more-bursts").textContent = `${shown - BURSTS_AT_ONCE} earlier`;
  at("no-bursts").hidden = shown > 0;
  const known = state.to - slots.first < 14
    ? " A topic needs a week of its own past before a day of it can stand out."
    : " Each topic stayed within what its own past makes one expect.";
  at("no-bursts").textContent = `No burst of ${state.topics.length ? "the chosen topics" : "any topic"}, ${periodText()}.${known}`;
};

const startBursts = () => {
  if (!topics.length) return;
  at("more-bursts").addEventListener("click", () => { allBursts = true; showBursts(); });
  onChange((only) => only || showBursts());
  showBursts();
};
