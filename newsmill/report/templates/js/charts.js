// Charts are created once and then updated with other rows. Their colors are CSS variables, so that they follow the theme.
const charts = new Map();
const ROUND_JOINS = { strokeJoin: "round" };
const PALETTE = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => `var(--c${index})`);

const CONFIG = {
  background: null,
  view: { stroke: null },
  range: { category: PALETTE, ordinal: PALETTE },
  axis: {
    labelColor: "var(--muted)", labelFontSize: 12, labelPadding: 6, gridColor: "var(--line)",
    domainColor: "var(--line)", domain: false, ticks: false,
  },
  axisX: { domain: true },
  style: {
    line: { strokeWidth: 2, ...ROUND_JOINS },
    point: { filled: true, size: 55 },
    expected: { color: "var(--muted)", strokeWidth: 1.5, strokeDash: [2, 3] },
    flag: { color: "var(--tint)", filled: true, size: 110, fillOpacity: 1 },
    burst: { color: "var(--tint)", fillOpacity: 0.15 },
    "stories-line": { color: "var(--tint)", strokeWidth: 2.25, ...ROUND_JOINS },
    "stories-point": { color: "var(--tint)", filled: true, size: 45 },
    "outlets-line": { color: "var(--tint)", strokeWidth: 1.5, strokeDash: [4, 3], ...ROUND_JOINS },
    "pages-line": { color: "var(--whole)", strokeWidth: 1.5, ...ROUND_JOINS },
    "pages-area": { color: "var(--whole)", fillOpacity: 0.25 },
    share: { color: "var(--accent)", fillOpacity: 0.55, cornerRadiusEnd: 2 },
    before: { color: "var(--ink)", thickness: 2 },
    part: { cornerRadius: 1 },
    zero: { color: "var(--muted)", strokeWidth: 1 },
  },
};

const createChart = async (element, chart) => {
  const { name, datasets, height, onPick, describe } = chart;
  const spec = { ...data.specs[name], datasets };
  if (height) spec.height = height;
  // Log level 1 reports errors only: an empty chart is not an error. `ast` interprets expressions without eval, which the policy forbids.
  const embedded = await vegaEmbed(element, spec, {
    mode: "vega-lite", renderer: "svg", logLevel: 1, actions: false, ast: true, defaultStyle: false,
    config: { ...CONFIG, font: getComputedStyle(element).fontFamily },
    tooltip: tooltipHandler(describe),
  });
  if (onPick) {
    embedded.view.addEventListener("click", (event, item) => {
      const datum = datumOf(item);
      if (datum) chart.onPick(datum);
    });
  }
  return embedded;
};

const updateChart = async (embedded, chart) => {
  if (chart.height) embedded.view.height(chart.height);
  for (const [name, rows] of Object.entries(chart.datasets)) embedded.view.data(name, rows);
  await embedded.view.runAsync();
};

// Updates of one chart run one after the other, so that the newest choice is drawn last.
const drawChart = (element, name, datasets, options = {}) => {
  const previous = charts.get(element);
  const chart = Object.assign(previous?.chart ?? {}, { name, datasets, ...options });
  const ready = (previous?.ready ?? Promise.resolve(null)).then(async (embedded) => {
    if (embedded === null) return createChart(element, chart);
    await updateChart(embedded, chart);
    return embedded;
  });
  charts.set(element, { chart, ready });
  return ready;
};

const removeChart = (element) => {
  charts.get(element)?.ready.then((embedded) => embedded?.finalize());
  charts.delete(element);
  element.remove();
};

const allChartsReady = () => Promise.all([...charts.values()].map(({ ready }) => ready));
// A time without a zone is local time, so that a day is drawn as this day in any time zone.
const localTime = (day, hours = 0) => new Date(`${isoDay(day)}T00:00`).getTime() + hours * 3600000;

// From noon of the day before to noon of the day after, within the period shown.
const burstSpan = (burst) => {
  const begin = localTime(Math.max(dayNumber(burst.from), state.from), -12);
  const end = localTime(Math.min(dayNumber(burst.to), state.to), 12);
  return { begin, end, middle: (begin + end) / 2 };
};

const burstRows = (chosen) =>
  data.bursts
    .filter((burst) => chosen.includes(burst.topic) && dayNumber(burst.to) >= state.from && dayNumber(burst.from) <= state.to)
    .map((burst) => ({
      ...burstSpan(burst),
      color_index: burst.topic % 8, topic: topics[burst.topic].name, burst: daysText(burst.from, burst.to), id: burst.topic,
      observed: count(burst.observed, "story", "stories"), expected: number(burst.expected), chance: burst.chance,
      sheet: sheetAddress("burst", topics[burst.topic].id, burst.from, burst.to),
    }));

// With more flags than this they would touch: the chart then shows the bands alone.
const MAX_FLAGS = 24;

const burstMarks = (chosen) => {
  const bursts = burstRows(chosen);
  return { bursts, flags: bursts.length > MAX_FLAGS ? [] : bursts };
};

const openPicked = (datum) => { if (datum.sheet) openSheet(datum.sheet); };

// The table of a chart is filled when it is opened.
const fillWhenOpen = (element, fillTable) => {
  const details = element.closest("details");
  details.ontoggle = () => details.open && fillTable();
  if (details.open) fillTable();
};
