// What is chosen. It stands in the address, so that a link leads to the same view.
const PRESETS = [7, 30, 90, 365];
const DAYS_BY_DAY = 120;

const state = { topics: [], period: "", from: 0, to: 0, by: "", week: "", named: "", kind: "", sort: "", find: "", show: "" };

// What asks for stories: its parts, none of which holds the sign between them.
const showing = (...parts) => parts.map((part) => encodeURIComponent(String(part)).replace(/~/g, "%7E")).join("~");

const presets = () => (slots ? PRESETS.filter((days) => days < slots.last - slots.first + 1) : []);

const readState = () => {
  const asked = new URLSearchParams(location.hash.slice(1));
  state.topics = (asked.get("topics") ?? "").split(",").map(topicIndex).filter((topic) => topic >= 0);
  for (const name of ["period", "by", "week", "named", "kind", "sort"]) state[name] = asked.get(name) ?? "";
  state.find = asked.get("find") ?? "";
  // Its parts are encoded one by one, so it stays as it stands.
  state.show = location.hash.slice(1).split("&").find((part) => part.startsWith("show="))?.slice(5) ?? "";
  if (!slots) return;
  const days = [asked.get("from"), asked.get("to")].map((iso) => (/^\d{4}-\d\d-\d\d$/.test(iso ?? "") ? dayNumber(iso) : NaN));
  if (days.some((day) => Number.isNaN(day))) choosePeriod(state.period);
  else chooseRange(...days);
};

const choosePeriod = (period) => {
  const usual = presets().includes(30) ? "30" : "all";
  const known = period === "all" || presets().map(String).includes(period);
  state.period = known ? period : usual;
  state.to = slots.last;
  state.from = state.period === "all" ? slots.first : slots.last - Number(state.period) + 1;
};

// A range that is what a preset means is that preset.
const chooseRange = (from, to) => {
  const inside = [from, to].map((day) => Math.min(Math.max(day, slots.first), slots.last)).sort((a, b) => a - b);
  [state.from, state.to] = inside;
  const days = state.to - state.from + 1;
  const preset = state.from === slots.first && state.to === slots.last ? "all" : state.to === slots.last && presets().includes(days) ? String(days) : "";
  state.period = preset;
};

// A link that leads to what is chosen now, with something else shown over it.
const address = (show = state.show) => {
  const usual = presets().includes(30) ? "30" : "all";
  const asked = {
    topics: state.topics.map((topic) => encodeURIComponent(topics[topic].id)).join(","),
    period: state.period === usual ? "" : state.period,
    from: slots && !state.period ? isoDay(state.from) : "",
    to: slots && !state.period ? isoDay(state.to) : "",
    by: state.by, week: state.week, named: state.named, kind: state.kind, sort: state.sort, find: encodeURIComponent(state.find), show,
  };
  return `#${Object.entries(asked).filter(([, value]) => value).map(([name, value]) => `${name}=${value}`).join("&")}`;
};

const chosenTopics = () => (state.topics.length ? state.topics : topics.map((_, topic) => topic));
const grain = () => {
  if (state.from < slots.daily) return "week";
  return state.by || (state.to - state.from >= DAYS_BY_DAY ? "week" : "day");
};
const period = () => ({ from: slots.of(state.from), to: slots.of(state.to) });

// As many days right before; none where nothing is known of them.
const periodBefore = () => {
  const from = state.from - (state.to - state.from + 1);
  if (from < slots.first || slots.of(state.from) === 0) return null;
  return { from: slots.of(from), to: slots.of(state.from) - 1 };
};

const periodText = () => daysText(isoDay(state.from), isoDay(state.to));
const listeners = [];
const onChange = (listener) => listeners.push(listener);

const changed = (only) => {
  history.replaceState(null, "", address());
  for (const listener of listeners) listener(only);
};
