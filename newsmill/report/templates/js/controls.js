// The choice of topics and period at the top of the page.
const startControls = () => {
  const bar = byId("controls");
  if (!bar) return;
  for (const box of bar.querySelectorAll('input[name="topic"]')) {
    box.addEventListener("change", () => {
      const topic = Number(box.value);
      state.topics = box.checked ? [...state.topics, topic].sort((a, b) => a - b) : state.topics.filter((chosen) => chosen !== topic);
      if (state.topics.length === topics.length) state.topics = [];
      notifyChange();
    });
  }
  byId("all-topics")?.addEventListener("click", () => {
    state.topics = [];
    notifyChange();
  });
  byId("presets").append(
    ...[...presets().map(String), "all"].map((name) =>
      el("button", {
        type: "button", "data-period": name,
        onclick: () => { choosePeriod(name); notifyChange(); },
      }, name === "all" ? "All" : `${name} days`),
    ),
  );
  for (const id of ["from", "to"]) {
    byId(id).min = isoDay(timeBuckets.first);
    byId(id).max = isoDay(timeBuckets.last);
    byId(id).addEventListener("change", () => {
      const days = [byId("from").value, byId("to").value];
      if (days.every(Boolean)) { chooseRange(...days.map(dayNumber)); notifyChange(); }
    });
  }
  byId("earlier").addEventListener("click", () => shiftPeriod(-1));
  byId("later").addEventListener("click", () => shiftPeriod(1));
  for (const button of bar.querySelectorAll("[data-by]")) {
    button.addEventListener("click", () => {
      state.by = button.dataset.by;
      notifyChange();
    });
  }
  onChange(showControls);
  showControls();
};

// Move the period by its own length, within the first and the last day.
const shiftPeriod = (direction) => {
  const days = state.to - state.from + 1;
  const to = Math.min(Math.max(state.to + direction * days, timeBuckets.first + days - 1), timeBuckets.last);
  chooseRange(to - days + 1, to);
  notifyChange();
};

const showControls = () => {
  for (const box of document.querySelectorAll('#controls input[name="topic"]')) box.checked = state.topics.includes(Number(box.value));
  byId("all-topics")?.setAttribute("aria-pressed", String(state.topics.length === 0));
  for (const button of byId("presets").children) button.setAttribute("aria-pressed", String(button.dataset.period === state.period));
  byId("from").value = isoDay(state.from);
  byId("to").value = isoDay(state.to);
  byId("earlier").disabled = state.from === timeBuckets.first;
  byId("later").disabled = state.to === timeBuckets.last;
  for (const button of document.querySelectorAll("[data-by]")) {
    button.setAttribute("aria-pressed", String(button.dataset.by === timeUnit()));
    const isTooOld = button.dataset.by === "day" && state.from < timeBuckets.daily;
    button.disabled = isTooOld;
    button.title = isTooOld ? `Before ${dayText(isoDay(timeBuckets.daily))} this file has weeks only` : "";
  }
  const names = state.topics.length ? state.topics.map((topic) => topics[topic].name).join(", ") : "all topics";
  byId("chosen").textContent = `Showing ${names}, ${periodText()}`;
  for (const element of document.querySelectorAll("[data-period-text]")) element.textContent = periodText();
};
