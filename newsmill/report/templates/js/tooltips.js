// Chart tooltips: names and numbers beside the pointer, inside the window.
const tooltip = byId("tip");
const TOOLTIP_GAP_PX = 14;

const hideTooltip = () => { tooltip.hidden = true; };

// `rows` are [name, value]; the first is the title, and rows without a value are left out.
const showTooltip = (event, rows) => {
  tooltip.replaceChildren(...rows.filter(([, value]) => value !== undefined).map(([name, value], i) =>
    (i === 0 ? el("b", { class: "tip-head", dir: "auto" }, value) : [el("span", { class: "tip-name" }, name), el("span", { class: "tip-value" }, value)])).flat());
  tooltip.hidden = false;
  const { width, height } = tooltip.getBoundingClientRect();
  const left = event.clientX + TOOLTIP_GAP_PX + width > innerWidth ? event.clientX - TOOLTIP_GAP_PX - width : event.clientX + TOOLTIP_GAP_PX;
  const top = event.clientY + TOOLTIP_GAP_PX + height > innerHeight ? event.clientY - TOOLTIP_GAP_PX - height : event.clientY + TOOLTIP_GAP_PX;
  tooltip.style.left = `${Math.max(left, 4)}px`;
  tooltip.style.top = `${Math.max(top, 4)}px`;
};

// Vega nests the datum of the nearest point of a line one level deeper than that of a bar.
const datumOf = (item) => item?.datum?.datum ?? item?.datum;

const tooltipHandler = (describe) => (_, event, item, value) => {
  const datum = datumOf(item);
  if (value === null || value === undefined || !datum) hideTooltip();
  else showTooltip(event, describe(datum));
};

// A point is a day or week of a topic; a shaded band is a burst.
const describePoint = (row) => (row.chance
  ? [["", `${row.topic}: burst`], ["when", row.burst], ["observed", row.observed], ["expected", row.expected], ["chance", row.chance]]
  : [["", row.topic], ["when", row.label], ["stories", number(row.stories)], ["expected", row.expected], ["pages", number(row.pages)],
    ["outlets", number(row.outlets)], ["teaser only", row.teasers ? number(row.teasers) : undefined], ["burst", row.burst]]);
const describePart = (row) => [["", row.topic], [row.part, signed(row.pages)], ["total change", row.change]];
const describeShare = (row) => [["", row.name], ["pages", number(row.pages)], ["share", percent(row.share)],
  ["preceding period", row.before === null ? undefined : number(row.before)]];
const describeDate = (row) => [["", row.label], [row.verdict, number(row.records)], ["records", row.all]];

const startTooltips = () => {
  addEventListener("scroll", hideTooltip, { passive: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hideTooltip(); });
};
