// Charts are drawn once and then given other rows. Their colours are variables of the CSS, so that they follow the theme.
const drawn = new Map();
const soft = { strokeJoin: "round" };
const palette = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => `var(--c${number})`);

const CONFIG = {
  background: null,
  view: { stroke: null },
  range: { category: palette, ordinal: palette },
  axis: {
    labelColor: "var(--muted)", labelFontSize: 12, labelPadding: 6, gridColor: "var(--line)",
    domainColor: "var(--line)", domain: false, ticks: false,
  },
  axisX: { domain: true },
  style: {
    line: { strokeWidth: 2, ...soft },
    point: { filled: true, size: 55 },
    expected: { color: "var(--muted)", strokeWidth: 1.5, strokeDash: [2, 3] },
    flag: { color: "var(--tint)", filled: true, size: 110, fillOpacity: 1 },
    burst: { color: "var(--tint)", fillOpacity: 0.15 },
    "stories-line": { color: "var(--tint)", strokeWidth: 2.25, ...soft },
    "stories-point": { color: "var(--tint)", filled: true, size: 45 },
    "outlets-line": { color: "var(--tint)", strokeWidth: 1.5, strokeDash: [4, 3], ...soft },
    "pages-line": { color: "var(--whole)", strokeWidth: 1.5, ...soft },
    "pages-area": { color: "var(--whole)", fillOpacity: 0.25 },
    share: { color: "var(--accent)", fillOpacity: 0.55, cornerRadiusEnd: 2 },
    before: { color: "var(--ink)", thickness: 2 },
    part: { cornerRadius: 1 },
    zero: { color: "var(--muted)", strokeWidth: 1 },
  },
};

const embed = async (place, chart) => {
  const { name, data, height, onPick, tell } = chart;
  const spec = { ...facts.specs[name], datasets: data };
  if (height) spec.height = height;
  // An empty chart is no error: log level 1 is that of errors. The interpreter evaluates chart expressions without eval, which the page's policy forbids.
  const made = await vegaEmbed(place, spec, {
    mode: "vega-lite", renderer: "svg", logLevel: 1, actions: false, ast: true, defaultStyle: false,
    config: { ...CONFIG, font: getComputedStyle(place).fontFamily },
    tooltip: tipHandler(tell),
  });
  if (onPick) {
    made.view.addEventListener("click", (event, item) => {
      const datum = datumOf(item);
      if (datum) chart.onPick(datum);
    });
  }
  return made;
};

const update = async (made, chart) => {
  if (chart.height) made.view.height(chart.height);
  for (const [name, rows] of Object.entries(chart.data)) made.view.data(name, rows);
  await made.view.runAsync();
};

// One after the other at each place, so that a quick hand never sees an older choice drawn last.
const draw = (place, name, data, options = {}) => {
  const known = drawn.get(place);
  const chart = Object.assign(known?.chart ?? {}, { name, data, ...options });
  const made = (known?.made ?? Promise.resolve(null)).then(async (before) => {
    if (before === null) return embed(place, chart);
    await update(before, chart);
    return before;
  });
  drawn.set(place, { chart, made });
  return made;
};

const drop = (place) => {
  drawn.get(place)?.made.then((made) => made?.finalize());
  drawn.delete(place);
  place.remove();
};

const settled = () => Promise.all([...drawn.values()].map(({ made }) => made));
// A time without zone is the browser's own, so that a day is drawn as that day wherever it is read.
const localTime = (day, hours = 0) => new Date(`${isoDay(day)}T00:00`).getTime() + hours * 3600000;

// From the noon before to the noon after, within what is shown.
const burstSpan = (one) => {
  const begin = localTime(Math.max(dayNumber(one.from), state.from), -12);
  const end = localTime(Math.min(dayNumber(one.to), state.to), 12);
  return { begin, end, middle: (begin + end) / 2 };
};

const burstRows = (chosen) =>
  facts.bursts
    .filter((one) => chosen.includes(one.topic) && dayNumber(one.to) >= state.from && dayNumber(one.from) <= state.to)
    .map((one) => ({
      ...burstSpan(one),
      number: one.topic % 8, topic: topics[one.topic].name, burst: daysText(one.from, one.to), id: one.topic,
      observed: count(one.observed, "story", "stories"), expected: number(one.expected), chance: one.chance,
      show: showing("burst", topics[one.topic].id, one.from, one.to),
    }));

// So many flags that they touch can't be told apart: then the bands stand alone.
const FLAGS_AT_ONCE = 24;

const burstMarks = (chosen) => {
  const bursts = burstRows(chosen);
  return { bursts, flags: bursts.length > FLAGS_AT_ONCE ? [] : bursts };
};
