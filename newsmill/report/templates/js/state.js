// What the reader has chosen. The address contains it, so that a link opens the same view.
const PRESET_DAYS = [7, 30, 90, 365];
// Longer periods are shown by week unless the reader chooses days.
const MAX_DAYS_BY_DAY = 120;

const state = { topics: [], period: "", from: 0, to: 0, by: "", week: "", named: "", kind: "", sort: "", find: "", show: "" };

// The address of a sheet of stories or records, as in summary.py.
const sheetAddress = (...parts) => parts.map((part) => encodeURIComponent(String(part)).replace(/~/g, "%7E")).join("~");

const presets = () => (timeBuckets ? PRESET_DAYS.filter((days) => days < timeBuckets.last - timeBuckets.first + 1) : []);
const defaultPeriod = () => (presets().includes(30) ? "30" : "all");

const readState = () => {
  const hash = new URLSearchParams(location.hash.slice(1));
  state.topics = (hash.get("topics") ?? "").split(",").map(topicIndex).filter((topic) => topic >= 0);
  for (const name of ["period", "by", "week", "named", "kind", "sort", "find"]) state[name] = hash.get(name) ?? "";
  // Not decoded as a whole: each of its parts is encoded.
  state.show = location.hash.slice(1).split("&").find((part) => part.startsWith("show="))?.slice(5) ?? "";
  if (!timeBuckets) return;
  const days = [hash.get("from"), hash.get("to")].map((iso) => (/^\d{4}-\d\d-\d\d$/.test(iso ?? "") ? dayNumber(iso) : NaN));
  if (days.some((day) => Number.isNaN(day))) choosePeriod(state.period);
  else chooseRange(...days);
};

const choosePeriod = (period) => {
  const isKnown = period === "all" || presets().map(String).includes(period);
  state.period = isKnown ? period : defaultPeriod();
  state.to = timeBuckets.last;
  state.from = state.period === "all" ? timeBuckets.first : timeBuckets.last - Number(state.period) + 1;
};

// A range with the days of a preset is that preset.
const chooseRange = (from, to) => {
  const { first, last } = timeBuckets;
  [state.from, state.to] = [from, to].map((day) => Math.min(Math.max(day, first), last)).sort((a, b) => a - b);
  const days = state.to - state.from + 1;
  state.period = state.from === first && state.to === last ? "all" : state.to === last && presets().includes(days) ? String(days) : "";
};

// The address of the current view, with this sheet open.
const viewAddress = (show = state.show) => {
  const parts = {
    topics: state.topics.map((topic) => encodeURIComponent(topics[topic].id)).join(","),
    period: state.period === defaultPeriod() ? "" : state.period,
    from: timeBuckets && !state.period ? isoDay(state.from) : "",
    to: timeBuckets && !state.period ? isoDay(state.to) : "",
    by: state.by, week: state.week, named: state.named, kind: state.kind, sort: state.sort, find: encodeURIComponent(state.find), show,
  };
  return `#${Object.entries(parts).filter(([, value]) => value).map(([name, value]) => `${name}=${value}`).join("&")}`;
};

const chosenTopics = () => (state.topics.length ? state.topics : topics.map((_, topic) => topic));
const topicNames = (chosen) => chosen.map((topic) => topics[topic].name).join(" or ");
const timeUnit = () => {
  if (state.from < timeBuckets.daily) return "week";
  return state.by || (state.to - state.from >= MAX_DAYS_BY_DAY ? "week" : "day");
};
const period = () => ({ from: timeBuckets.index(state.from), to: timeBuckets.index(state.to) });

// The preceding period of the same length; null if it starts before the first bucket.
const periodBefore = () => {
  const from = state.from - (state.to - state.from + 1);
  if (from < timeBuckets.first || timeBuckets.index(state.from) === 0) return null;
  return { from: timeBuckets.index(from), to: timeBuckets.index(state.from) - 1 };
};

const periodText = () => daysText(isoDay(state.from), isoDay(state.to));
const listeners = [];
const onChange = (listener) => listeners.push(listener);

// Update the address and all sections, or only those that follow `setting`.
const notifyChange = (setting) => {
  history.replaceState(null, "", viewAddress());
  for (const listener of listeners) listener(setting);
};
