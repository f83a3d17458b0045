// What a chart says where someone points: names and numbers, beside the pointer and inside the window.
const tip = at("tip");
const TIP_GAP = 14;

const hideTip = () => { tip.hidden = true; };

const showTip = (event, said) => {
  tip.replaceChildren(...said.filter(([, value]) => value !== undefined).map(([name, value], i) =>
    (i === 0 ? el("b", { class: "tip-head", dir: "auto" }, value) : [el("span", { class: "tip-name" }, name), el("span", { class: "tip-value" }, value)])).flat());
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = event.clientX + TIP_GAP + width > innerWidth ? event.clientX - TIP_GAP - width : event.clientX + TIP_GAP;
  const top = event.clientY + TIP_GAP + height > innerHeight ? event.clientY - TIP_GAP - height : event.clientY + TIP_GAP;
  tip.style.left = `${Math.max(left, 4)}px`;
  tip.style.top = `${Math.max(top, 4)}px`;
};

// The nearest point of a line stands one level deeper than a bar.
const datumOf = (item) => item?.datum?.datum ?? item?.datum;

const tipHandler = (tell) => (_, event, item, value) => {
  const datum = datumOf(item);
  if (value === null || value === undefined || !datum) hideTip();
  else showTip(event, tell(datum));
};

// A band tells of its burst, a point of its day or week.
const tellPoint = (one) => (one.chance
  ? [["", `${one.topic}: burst`], ["when", one.burst], ["observed", one.observed], ["expected", one.expected], ["chance", one.chance]]
  : [["", one.topic], ["when", one.label], ["stories", number(one.stories)], ["expected", one.expected], ["pages", number(one.pages)],
    ["outlets", number(one.outlets)], ["by teaser alone", one.teasers ? number(one.teasers) : undefined], ["in a burst", one.burst]]);
const tellPart = (one) => [["", one.topic], [one.part, signed(one.pages)], ["in all", one.change]];
const tellShare = (one) => [["", one.name], ["pages", number(one.pages)], ["share", percent(one.share)],
  ["period before", one.before === null ? undefined : number(one.before)]];
const describeBar = (one) => [["", one.label], [one.verdict, number(one.records)], ["came in", one.all]];

const startTips = () => {
  addEventListener("scroll", hideTip, { passive: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
};
