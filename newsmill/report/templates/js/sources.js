// Sources and languages: how much came from where, against the period before; of chosen topics their pages alone.
const SITES_CHARTED = 12;
const OTHERS = -1;

// Topics as bits, as places tells them; 0 where none is chosen: then pages of any topic or none count.
const setOf = (chosen) => chosen.reduce((bits, topic) => bits | (1 << topic), 0);

// Pages with any of the topics, by place: a page with two of them is one.
const topicPages = (kind, set, from, to) => {
  const found = new Map();
  for (const row of facts.places[kind].pages) {
    if (!(row[0] & set)) continue;
    let pages = 0;
    const counts = row[2];
    for (let i = 0; i < counts.length; i += 2) if (counts[i] >= from && counts[i] <= to) pages += counts[i + 1];
    if (pages) found.set(row[1], (found.get(row[1]) ?? 0) + pages);
  }
  return found;
};

// Stories of one topic by place: those not told there earlier in the period.
const topicStories = (kind, topic, from, to) => {
  const found = new Map();
  const width = slots.size + 1;
  for (const row of facts.places[kind].stories) {
    if (row[0] !== topic) continue;
    let told = 0;
    const counts = row[2];
    for (let i = 0; i < counts.length; i += 2) {
      const [slot, gap, value] = [Math.floor(counts[i] / width), counts[i] % width, counts[i + 1]];
      if (slot >= from && slot <= to && (gap === 0 || slot - gap < from)) told += value;
    }
    found.set(row[1], told);
  }
  return found;
};

const allPages = (kind, from, to) => {
  const found = new Map(facts[kind].pages.map((pages, place) => [place, sum(pages, from, to)]));
  const listed = [...found.values()].reduce((total, pages) => total + pages, 0);
  return found.set(OTHERS, sum(facts.all_pages, from, to) - listed);
};

// A row each place that has any page, most pages first; those that have no row of their own together as the last.
const shareRows = (kind, nameOf) => {
  const set = setOf(state.topics);
  const pagesOf = ({ from, to }) => (set ? topicPages(kind, set, from, to) : allPages(kind, from, to));
  const before = periodBefore();
  const now = period();
  const [pages, earlier] = [pagesOf(now), before && pagesOf(before)];
  const own = set ? allPages(kind, now.from, now.to) : null;
  const told = state.topics.length === 1 && facts.places[kind].stories.length ? topicStories(kind, state.topics[0], now.from, now.to) : null;
  const total = [...pages.values()].reduce((all, one) => all + one, 0);
  const rows = [...new Set([...pages.keys(), ...(earlier?.keys() ?? [])])].map((place) => {
    const counted = pages.get(place) ?? 0;
    return {
      place, name: place === OTHERS ? `other ${kind}` : nameOf(place), pages: counted, before: earlier && (earlier.get(place) ?? 0), share: counted / (total || 1),
      stories: told && (told.get(place) ?? 0), ofOwn: own && Math.min(counted / (own.get(place) || 1), 1),
    };
  }).filter((one) => one.pages || one.before);
  rows.sort((a, b) => (a.place === OTHERS) - (b.place === OTHERS) || b.pages - a.pages || (a.name < b.name ? -1 : 1));
  return { rows, total };
};

const placeShow = (kind, place, { from, to } = state) =>
  showing(kind === "sites" ? "site" : "language", place === OTHERS ? "*" : (kind === "sites" ? facts.sites.name : facts.languages.code)[place] ?? "",
    isoDay(from), isoDay(to), ...state.topics.map((topic) => topics[topic].id));

const daysBefore = () => ({ from: state.from - (state.to - state.from + 1), to: state.from - 1 });

const shareTable = (kind, title, rows, further) => {
  const [first] = rows;
  const [chosen, compared, told] = [first.ofOwn !== null, first.before !== null, first.stories !== null];
  const counted = (one, value, days, what) => (value ? behind(placeShow(kind, one.place, days), number(value), `${count(value, what, what === "story" ? "stories" : undefined)} of ${one.name}`) : "0");
  return table(
    [heading(title), heading("Pages", true), told && heading("Stories", true), heading("Share", true), compared && [heading("Before", true), heading("Change", true)],
      chosen ? el("th", { scope: "col", class: "n", title: "Of all its pages, those with the topics" }, "Of its own") : further.map(([name]) => heading(name, true))],
    rows.map((one) => el("tr", null, el("th", { scope: "row" }, el("bdi", null, one.name)),
      cell(counted(one, one.pages, state, "page")), told && cell(counted(one, one.stories, state, "story")), cell(percent(one.share)),
      compared && [cell(counted(one, one.before, daysBefore(), "page")), cell(changeText(one.pages, one.before))],
      chosen ? cell(percent(one.ofOwn)) : further.map(([, value]) => cell(one.place === OTHERS ? "–" : value(one.place))))),
  );
};

const topicNames = (chosen) => chosen.map((topic) => topics[topic].name).join(" or ");

const showShares = (kind, rows, tableOf) => {
  const charted = rows.filter((one) => one.place !== OTHERS).slice(0, SITES_CHARTED);
  at(`${kind}-body`).hidden = rows.length === 0;
  at(`no-${kind}`).hidden = rows.length > 0;
  at(`no-${kind}`).textContent = `No page ${state.topics.length ? `of ${topicNames(state.topics)} ` : ""}is dated ${periodText()}.`;
  if (!rows.length) return;
  draw(at(`${kind}-chart`), "shares", { shares: charted.map((one) => ({ ...one, show: placeShow(kind, one.place) })) }, { height: 24 * charted.length + 8, onPick: pick, tell: tellShare });
  onOpen(at(`${kind}-table`), () => at(`${kind}-table`).replaceChildren(tableOf(rows)));
};

const coarseText = () => {
  const { since, weeks, rare } = facts.places;
  if (!state.topics.length) return "";
  const others = rare ? " Pages of a rare combination of topics stand among the others." : "";
  if (dayNumber(since) <= state.from) return others;
  return others + (weeks > 520 ? ` All days before ${dayText(since)} count as one.` : ` Before ${dayText(since)} they are counted by ${weeks > 1 ? `blocks of ${weeks} weeks` : "whole weeks"}.`);
};

const showSources = () => {
  const sites = shareRows("sites", (place) => facts.sites.name[place] ?? "files, without a site");
  const known = shareRows("languages", (place) => facts.languages.name[place]);
  showShares("sites", sites.rows, (rows) => shareTable("sites", "Site", rows, [
    ["Originals", (place) => percent(facts.sites.originals[place] / facts.sites.total[place])],
    ["Last record", (place) => dayText(facts.sites.last_date[place])],
  ]));
  showShares("languages", known.rows, (rows) => shareTable("languages", "Language", rows, [
    ["Stories, all time", (place) => number(facts.languages.stories[place])],
  ]));
  const of = state.topics.length ? topicNames(state.topics) : "any topic or none";
  const compared = periodBefore() ? ` Bars are this period, marks the ${count(state.to - state.from + 1, "day")} before.` : "";
  at("source-note").replaceChildren(`${count(sites.total, "page")} of ${of}, ${periodText()}.${compared}${coarseText()} `,
    ...(state.topics.length ? [el("button", { type: "button", class: "plain", onclick: () => { state.topics = []; changed(); at("all-topics")?.focus({ preventScroll: true }); } }, "All pages")] : []));
  for (const key of document.querySelectorAll(".before-key")) key.hidden = !periodBefore();
};

// The stories behind a site or a language: those of the topics named that it told on those days.
const placeQuestion = (title, column, value, from, to, ids, isThere) => {
  const chosen = ids.map(topicIndex).filter((topic) => topic >= 0);
  const [first, last] = [slots.of(dayNumber(from)), slots.of(dayNumber(to))];
  const there = value === "*" ? "" : `${column} ${value ? `= ${quoted(value)}` : "is null"} and `;
  const spoken = chosen.length ? `list_has_any(topics || teased_topics, [${chosen.map((topic) => quoted(topics[topic].id)).join(", ")}]) and ` : "";
  const where = `from analyst.pages where ${there}${spoken}day between '${from}' and '${to}'`;
  return {
    topic: chosen.length === 1 ? chosen[0] : undefined,
    title: `${title}, ${daysText(from, to)}`,
    numbers: `Stories ${chosen.length ? `of ${topicNames(chosen)} ` : ""}told there`,
    found: stories.filter((story) => isThere(story) && inDays(from, to)(story) && (!chosen.length || isChosen(story, first, last, chosen))).sort(byWidth),
    more: command(value === "*" ? `select ${column}, count(*) as pages ${where} group by ${column} order by pages desc` : where),
  };
};

QUESTIONS.site = (name, from, to, ...ids) => {
  const place = facts.sites.name.indexOf(name || null);
  return name === "*"
    ? placeQuestion("Other sites", "site", "*", from, to, ids, (story) => !facts.sites.name.includes(story.site || null))
    : placeQuestion(name || "Files, without a site", "site", name, from, to, ids, (story) => story.sites.includes(place));
};

QUESTIONS.language = (code, from, to, ...ids) => {
  const name = facts.languages.name[facts.languages.code.indexOf(code)] ?? code;
  return code === "*"
    ? placeQuestion("Other languages", "language", "*", from, to, ids, (story) => story.languages.some((own) => !facts.languages.code.includes(own)))
    : placeQuestion(name, "language", code, from, to, ids, (story) => story.languages.includes(code));
};

const startSources = () => {
  if (!slots) return;
  onChange((only) => only || showSources());
  showSources();
};
