// Pages by site and language, compared with the preceding period; with chosen topics, the pages of these topics.
const ROWS_CHARTED = 12;
// Index of all sites or languages that are not listed.
const OTHERS = -1;

// The chosen topics as bits, as in by_site_language.py; 0 if none is chosen: then pages with and without topics count.
const topicBits = (chosen) => chosen.reduce((bits, topic) => bits | (1 << topic), 0);

// Pages with any of the topics by index of site or language: a page with two of them counts once.
const countTopicPages = (kind, bits, from, to) => {
  const pagesByIndex = new Map();
  for (const [topicSet, index, counts] of data.by_site_language[kind].pages) {
    if (!(topicSet & bits)) continue;
    let pages = 0;
    for (let i = 0; i < counts.length; i += 2) if (counts[i] >= from && counts[i] <= to) pages += counts[i + 1];
    if (pages) pagesByIndex.set(index, (pagesByIndex.get(index) ?? 0) + pages);
  }
  return pagesByIndex;
};

// Stories of one topic by index of site or language: those that did not appear there earlier in the period.
const countTopicStories = (kind, topic, from, to) => {
  const storiesByIndex = new Map();
  const width = timeBuckets.size + 1;
  for (const [rowTopic, index, counts] of data.by_site_language[kind].stories) {
    if (rowTopic !== topic) continue;
    let total = 0;
    for (let i = 0; i < counts.length; i += 2) {
      const [bucket, gap] = [Math.floor(counts[i] / width), counts[i] % width];
      if (bucket >= from && bucket <= to && (gap === 0 || bucket - gap < from)) total += counts[i + 1];
    }
    storiesByIndex.set(index, total);
  }
  return storiesByIndex;
};

const countAllPages = (kind, from, to) => {
  const pagesByIndex = new Map(data[kind].pages.map((pages, index) => [index, sum(pages, from, to)]));
  const listed = [...pagesByIndex.values()].reduce((total, pages) => total + pages, 0);
  return pagesByIndex.set(OTHERS, sum(data.all_pages, from, to) - listed);
};

// One row for each site or language with pages, most pages first; all that are not listed share the last row.
const shareRows = (kind, nameOf) => {
  const bits = topicBits(state.topics);
  const countPeriod = ({ from, to }) => (bits ? countTopicPages(kind, bits, from, to) : countAllPages(kind, from, to));
  const before = periodBefore();
  const now = period();
  const [pages, pagesBefore] = [countPeriod(now), before && countPeriod(before)];
  const allPages = bits ? countAllPages(kind, now.from, now.to) : null;
  const hasStories = state.topics.length === 1 && data.by_site_language[kind].stories.length > 0;
  const storyCounts = hasStories ? countTopicStories(kind, state.topics[0], now.from, now.to) : null;
  const total = [...pages.values()].reduce((all, value) => all + value, 0);
  const rows = [...new Set([...pages.keys(), ...(pagesBefore?.keys() ?? [])])].map((index) => {
    const rowPages = pages.get(index) ?? 0;
    return {
      index, name: index === OTHERS ? `other ${kind}` : nameOf(index), pages: rowPages, before: pagesBefore && (pagesBefore.get(index) ?? 0),
      share: rowPages / (total || 1), stories: storyCounts && (storyCounts.get(index) ?? 0),
      topicShare: allPages && Math.min(rowPages / (allPages.get(index) || 1), 1),
    };
  }).filter((row) => row.pages || row.before);
  rows.sort((a, b) => (a.index === OTHERS) - (b.index === OTHERS) || b.pages - a.pages || (a.name < b.name ? -1 : 1));
  return { rows, total };
};

const shareSheet = (kind, index, { from, to } = state) => {
  const names = kind === "sites" ? data.sites.name : data.languages.code;
  return sheetAddress(kind === "sites" ? "site" : "language", index === OTHERS ? "*" : names[index] ?? "",
    isoDay(from), isoDay(to), ...state.topics.map((topic) => topics[topic].id));
};

const daysBefore = () => ({ from: state.from - (state.to - state.from + 1), to: state.from - 1 });

// `columns` are further columns without a chosen topic: [title, text by index].
const shareTable = (kind, title, rows, columns) => {
  const [first] = rows;
  const [hasTopics, hasBefore, hasStories] = [first.topicShare !== null, first.before !== null, first.stories !== null];
  const countLink = (row, value, days, singular, plural) =>
    (value ? sheetLink(shareSheet(kind, row.index, days), number(value), `${count(value, singular, plural)} of ${row.name}`) : "0");
  return table(
    [heading(title), heading("Pages", true), hasStories && heading("Stories", true), heading("Share", true), hasBefore && [heading("Before", true), heading("Change", true)],
      hasTopics ? el("th", { scope: "col", class: "n", title: "Share of its pages that have the chosen topics" }, "Topic share") : columns.map(([name]) => heading(name, true))],
    rows.map((row) => el("tr", null, el("th", { scope: "row" }, el("bdi", null, row.name)),
      cell(countLink(row, row.pages, state, "page")), hasStories && cell(countLink(row, row.stories, state, "story", "stories")), cell(percent(row.share)),
      hasBefore && [cell(countLink(row, row.before, daysBefore(), "page")), cell(changeText(row.pages, row.before))],
      hasTopics ? cell(percent(row.topicShare)) : columns.map(([, text]) => cell(row.index === OTHERS ? "–" : text(row.index))))),
  );
};

const showShares = (kind, rows, tableOf) => {
  const charted = rows.filter((row) => row.index !== OTHERS).slice(0, ROWS_CHARTED);
  byId(`${kind}-body`).hidden = rows.length === 0;
  byId(`no-${kind}`).hidden = rows.length > 0;
  byId(`no-${kind}`).textContent = `No pages ${state.topics.length ? `of ${topicNames(state.topics)} ` : ""}are dated ${periodText()}.`;
  if (!rows.length) return;
  const shares = charted.map((row) => ({ ...row, sheet: shareSheet(kind, row.index) }));
  drawChart(byId(`${kind}-chart`), "shares", { shares }, { height: 24 * charted.length + 8, onPick: openPicked, describe: describeShare });
  fillWhenOpen(byId(`${kind}-table`), () => byId(`${kind}-table`).replaceChildren(tableOf(rows)));
};

// How coarsely pages of topics are counted in this file, if that affects the chosen period.
const grainText = () => {
  const { since, weeks, rare } = data.by_site_language;
  if (!state.topics.length) return "";
  const others = rare ? " Pages with a rare combination of topics count among the others." : "";
  if (dayNumber(since) <= state.from) return others;
  const unit = weeks > 1 ? `blocks of ${weeks} weeks` : "whole weeks";
  return others + (weeks > 520 ? ` All days before ${dayText(since)} count as one.` : ` Days before ${dayText(since)} are counted by ${unit}.`);
};

const showAllPages = () => {
  state.topics = [];
  notifyChange();
  byId("all-topics")?.focus({ preventScroll: true });
};

const showSources = () => {
  const sites = shareRows("sites", (index) => data.sites.name[index] ?? "files without a site");
  const languages = shareRows("languages", (index) => data.languages.name[index]);
  showShares("sites", sites.rows, (rows) => shareTable("sites", "Site", rows, [
    ["Originals", (index) => percent(data.sites.originals[index] / data.sites.total[index])],
    ["Last record", (index) => dayText(data.sites.last_date[index])],
  ]));
  showShares("languages", languages.rows, (rows) => shareTable("languages", "Language", rows, [
    ["Stories, all time", (index) => number(data.languages.stories[index])],
  ]));
  const names = state.topics.length ? `of ${topicNames(state.topics)}` : "with and without topics";
  const comparison = periodBefore() ? ` Bars show this period, ticks the preceding ${count(state.to - state.from + 1, "day")}.` : "";
  byId("source-note").replaceChildren(`${count(sites.total, "page")} ${names}, ${periodText()}.${comparison}${grainText()} `,
    ...(state.topics.length ? [el("button", { type: "button", class: "plain", onclick: showAllPages }, "All pages")] : []));
  for (const key of document.querySelectorAll(".before-key")) key.hidden = !periodBefore();
};

// The sheet of a site or language: its stories of the topics on these days; "*" means all that are not listed.
const shareContent = (title, column, value, [from, to, ...ids], matches) => {
  const chosen = ids.map(topicIndex).filter((topic) => topic >= 0);
  const [first, last] = [timeBuckets.index(dayNumber(from)), timeBuckets.index(dayNumber(to))];
  const isValue = value === "*" ? "" : `${column} ${value ? `= ${quoteSql(value)}` : "is null"} and `;
  const hasTopic = chosen.length ? `list_has_any(topics, [${chosen.map((topic) => quoteSql(topics[topic].id)).join(", ")}]) and ` : "";
  const where = `from analyst.pages where ${isValue}${hasTopic}day between '${from}' and '${to}'`;
  return {
    topic: chosen.length === 1 ? chosen[0] : undefined,
    title: `${title}, ${daysText(from, to)}`,
    numbers: chosen.length ? `Stories of ${topicNames(chosen)}` : "All stories",
    stories: stories.filter((story) => matches(story) && isInDays(story, from, to) && (!chosen.length || hasTopicIn(story, first, last, chosen))).sort(byWidth),
    command: queryCommand(value === "*" ? `select ${column}, count(*) as pages ${where} group by ${column} order by pages desc` : where),
  };
};

SHEETS.site = (name, ...daysAndTopics) => {
  const index = data.sites.name.indexOf(name || null);
  return name === "*"
    ? shareContent("Other sites", "site", "*", daysAndTopics, (story) => !data.sites.name.includes(story.site || null))
    : shareContent(name || "Files without a site", "site", name, daysAndTopics, (story) => story.sites.includes(index));
};

SHEETS.language = (code, ...daysAndTopics) => {
  const name = data.languages.name[data.languages.code.indexOf(code)] ?? code;
  return code === "*"
    ? shareContent("Other languages", "language", "*", daysAndTopics, (story) => story.languages.some((language) => !data.languages.code.includes(language)))
    : shareContent(name, "language", code, daysAndTopics, (story) => story.languages.includes(code));
};

const startSources = () => {
  if (!timeBuckets) return;
  onChange((setting) => setting || showSources());
  showSources();
};
