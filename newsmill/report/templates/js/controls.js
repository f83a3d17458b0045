// The choice of topics and period, at the top of everything that follows it.
const startControls = () => {
  const bar = at("controls");
  if (!bar) return;
  for (const box of bar.querySelectorAll('input[name="topic"]')) {
    box.addEventListener("change", () => {
      const topic = Number(box.value);
      state.topics = box.checked ? [...state.topics, topic].sort((a, b) => a - b) : state.topics.filter((one) => one !== topic);
      if (state.topics.length === topics.length) state.topics = [];
      changed();
    });
  }
  at("all-topics")?.addEventListener("click", () => {
    state.topics = [];
    changed();
  });
  at("presets").append(
    ...[...presets().map(String), "all"].map((name) =>
      el("button", {
        type: "button", "data-period": name,
        onclick: () => { choosePeriod(name); changed(); },
      }, name === "all" ? "All" : `${name} days`),
    ),
  );
  for (const id of ["from", "to"]) {
    at(id).min = isoDay(slots.first);
    at(id).max = isoDay(slots.last);
    at(id).addEventListener("change", () => {
      const days = [at("from").value, at("to").value];
      if (days.every(Boolean)) { chooseRange(...days.map(dayNumber)); changed(); }
    });
  }
  at("earlier").addEventListener("click", () => shiftPeriod(-1));
  at("later").addEventListener("click", () => shiftPeriod(1));
  for (const button of bar.querySelectorAll("[data-by]")) {
    button.addEventListener("click", () => {
      state.by = button.dataset.by;
      changed();
    });
  }
  onChange(showControls);
  showControls();
};

// The same number of days, right before or after; at the ends as far as there are days.
const shiftPeriod = (direction) => {
  const days = state.to - state.from + 1;
  const to = Math.min(Math.max(state.to + direction * days, slots.first + days - 1), slots.last);
  chooseRange(to - days + 1, to);
  changed();
};

const showControls = () => {
  for (const box of document.querySelectorAll('#controls input[name="topic"]')) box.checked = state.topics.includes(Number(box.value));
  at("all-topics")?.setAttribute("aria-pressed", String(state.topics.length === 0));
  for (const button of at("presets").children) button.setAttribute("aria-pressed", String(button.dataset.period === state.period));
  at("from").value = isoDay(state.from);
  at("to").value = isoDay(state.to);
  at("earlier").disabled = state.from === slots.first;
  at("later").disabled = state.to === slots.last;
  for (const button of document.querySelectorAll("[data-by]")) {
    button.setAttribute("aria-pressed", String(button.dataset.by === grain()));
    const tooOld = button.dataset.by === "day" && state.from < slots.daily;
    button.disabled = tooOld;
    button.title = tooOld ? `Before ${dayText(isoDay(slots.daily))} this file keeps weeks` : "";
  }
  const said = state.topics.length ? state.topics.map((topic) => topics[topic].name).join(", ") : "all topics";
  at("chosen").textContent = `Showing ${said}, ${periodText()}`;
  for (const place of document.querySelectorAll("[data-period-text]")) place.textContent = periodText();
};
