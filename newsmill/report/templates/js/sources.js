// Sources and languages: how much came from where, against the period before.
const SITES_CHARTED = 12;

const shareRows = (known, shown) => {
  const { from, to } = period();
  const before = periodBefore();
  const all = sum(facts.all_pages, from, to) || 1;
  return known.name.map((name, place) => {
    const pages = sum(known.pages[place], from, to);
    return { place, name: shown(name, place), pages, before: before ? sum(known.pages[place], before.from, before.to) : null, share: pages / all };
  }).filter((one) => one.pages || one.before).sort((a, b) => b.pages - a.pages || (a.name < b.name ? -1 : 1));
};

const siteShow = (place) => showing("site", facts.sites.name[place] ?? "", isoDay(state.from), isoDay(state.to));
const languageShow = (place) => showing("language", facts.languages.code[place], isoDay(state.from), isoDay(state.to));

const shareTable = (rows, title, show, further) => table(
  [heading(title), heading("Pages", true), heading("Share", true), heading("Before", true), heading("Change", true), ...further.map(([name]) => heading(name, true))],
  rows.map((one) => el("tr", null, el("th", { scope: "row" }, el("bdi", null, one.name)),
    cell(behind(show(one.place), number(one.pages), `${one.pages} pages of ${one.name}`)), cell(percent(one.share)),
    cell(one.before === null ? "–" : number(one.before)), cell(one.before === null ? "–" : changeText(one.pages, one.before)),
    further.map(([, value]) => cell(value(one.place))))),
);

const showShares = (kind, rows, show, tableOf) => {
  const charted = rows.slice(0, SITES_CHARTED);
  at(`${kind}-body`).hidden = rows.length === 0;
  at(`no-${kind}`).hidden = rows.length > 0;
  at(`no-${kind}`).textContent = `No page is dated ${periodText()}.`;
  if (!rows.length) return;
  draw(at(`${kind}-chart`), "shares", { shares: charted.map((one) => ({ ...one, show: show(one.place) })) }, { height: 24 * charted.length + 8, onPick: pick, tell: tellShare });
  onOpen(at(`${kind}-table`), () => at(`${kind}-table`).replaceChildren(tableOf(rows)));
};

const showSources = () => {
  const sites = shareRows(facts.sites, (name) => name ?? "files, without a site");
  showShares("sites", sites, siteShow, (rows) => shareTable(rows, "Site", siteShow, [
    ["Originals", (place) => percent(facts.sites.originals[place] / facts.sites.total[place])],
    ["Last record", (place) => dayText(facts.sites.last_date[place])],
  ]));
  const known = shareRows(facts.languages, (name) => name);
  showShares("languages", known, languageShow, (rows) => shareTable(rows, "Language", languageShow, [
    ["Stories, all time", (place) => number(facts.languages.stories[place])],
  ]));
  const { from, to } = period();
  const pages = sum(facts.all_pages, from, to);
  at("source-note").textContent = `${count(pages, "page")} of any topic or none, ${periodText()}. ${periodBefore() ? `Bars are this period, marks the ${count(state.to - state.from + 1, "day")} before.` : ""}`;
  for (const key of document.querySelectorAll(".before-key")) key.hidden = !periodBefore();
};

const startSources = () => {
  if (!slots) return;
  onChange((only) => only || showSources());
  showSources();
};
