// Is it real? The change of one week, split into parts that sum to it, and a sentence for each topic. Pages with a topic in
// a teaser only are a part beside the others: they do not count as pages of the topic.
// Column of the data, name, phrase in sentences, meaning.
const PARTS = [
  ["genuine", "genuine", "genuine", "stories from sources with pages in both weeks"],
  ["copies", "copies", "copies", "pages of a story that has another page in the same week"],
  ["sources_joined", "sources that began", "from sources that began", "sites without any page in the week before"],
  ["sources_silent", "sources that stopped", "from sources that stopped", "sites without any page in this week"],
  ["extractor", "change of extractor", "from a change of extractor", "sites whose pages are extracted by another version"],
  ["taxonomy", "change of taxonomy", "from a change of taxonomy", "sites whose pages are tagged with another taxonomy"],
  ["collection", "days not collected", "from days collected in one week only", "pages of weekdays that only one of the two weeks collected"],
  ["teasers", "teaser only", "with the topic in a teaser only", "pages that only link to a page about the topic; not counted as pages of the topic"],
];

// Weeks of the period as [first day, whether it is whole], newest first.
const changeWeeks = () => {
  const weeks = new Map();
  data.changes.week.forEach((week, i) => {
    const start = dayNumber(week);
    if (start <= state.to && start + 6 >= state.from) weeks.set(week, data.changes.whole[i]);
  });
  return [...weeks].sort(([a], [b]) => (a < b ? 1 : -1));
};

const changesIn = (week) =>
  data.changes.week.flatMap((rowWeek, i) => {
    const topic = data.changes.topic[i];
    if (rowWeek !== week || !chosenTopics().includes(topic)) return [];
    const parts = PARTS.map(([key, name, phrase], index) => ({ key, name, phrase, index, pages: data.changes[key][i] }));
    return [{ topic, week, pages: data.changes.pages[i], before: data.changes.pages_before[i], parts }];
  }).sort((a, b) => Math.abs(b.pages - b.before) - Math.abs(a.pages - a.before) || a.topic - b.topic);

const partSheet = ({ topic, week }, part) => sheetAddress("change", topics[topic].id, week, part.key);
const partLink = (change, part) =>
  part.pages ? sheetLink(partSheet(change, part), signed(part.pages), `${signed(part.pages)} ${part.phrase}, ${topics[change.topic].name}, week of ${dayText(change.week)}`) : "0";

const genuineText = (change) => {
  const [part] = change.parts;
  const difference = change.pages - change.before;
  if (difference === 0 && part.pages === 0) return "No change.";
  if (part.pages === 0) return "None of it is genuine.";
  if (Math.sign(part.pages) !== Math.sign(difference)) return ["The genuine change has the opposite direction: ", partLink(change, part), "."];
  const share = part.pages / difference;
  if (share >= 0.995 && share <= 1.005) return "All of it is genuine.";
  if (share > 1) return [partLink(change, part), " is genuine; other parts offset some of it."];
  return [partLink(change, part), ` of it is genuine, ${percent(share)}.`];
};

// First and last bucket of a week. A week that ends before the first day has none: its last precedes its first.
const weekBuckets = (start) => (start + 6 < timeBuckets.first ? [0, -1] : [timeBuckets.index(start), timeBuckets.index(start + 6)]);
// Indexes of the sites in this file that have no page in a week.
const sitesWithoutPages = (start) => new Set(data.sites.pages.flatMap((pages, index) => (sum(pages, ...weekBuckets(start)) ? [] : [index])));

// The stories that can cause a part of a change: of both weeks, or of the one that the part is about.
SHEETS.change = (id, week, key) => {
  const part = PARTS.find(([partKey]) => partKey === key);
  const i = data.changes.week.findIndex((rowWeek, index) => rowWeek === week && topics[data.changes.topic[index]].id === id);
  if (!part || i < 0) return null;
  const topic = data.changes.topic[i];
  const [before, start] = [dayNumber(week) - 7, dayNumber(week)];
  const pagesIn = (story, weekStart) => countPages(story, topic, ...weekBuckets(weekStart));
  const [began, stopped] = [sitesWithoutPages(before), sitesWithoutPages(start)];
  const belongsToPart = {
    copies: (story) => pagesIn(story, start) > 1 || pagesIn(story, before) > 1,
    sources_joined: (story) => pagesIn(story, start) > 0 && story.sites.some((site) => began.has(site)),
    sources_silent: (story) => pagesIn(story, before) > 0 && story.sites.some((site) => stopped.has(site)),
    teasers: (story) => [before, start].some((weekStart) => countTeaserPages(story, topic, ...weekBuckets(weekStart)) > 0),
  }[key] ?? ((story) => pagesIn(story, start) + pagesIn(story, before) > 0);
  return {
    topic, title: `${topics[topic].name}, ${part[1]}, week of ${dayText(week)}`,
    numbers: `${signed(data.changes[key][i]) || "0"} of a change of ${signed(data.changes.pages[i] - data.changes.pages_before[i]) || "0"} pages: ${part[3]}`,
    stories: stories.filter(belongsToPart).sort(byWidth),
    command: queryCommand(`from analyst.pages where list_contains(${key === "teasers" ? "teased_topics" : "topics"}, ${quoteSql(id)}) and day between '${isoDay(before)}' and '${isoDay(start + 6)}'`),
  };
};

const weekSheet = (topic, week) => sheetAddress("range", topics[topic].id, week, lastDayOf(week));
const pagesLink = (topic, week, pages) =>
  (pages ? sheetLink(weekSheet(topic, week), number(pages), `${count(pages, "page")} of ${topics[topic].name}, week of ${dayText(week)}`) : "0");

const changeSentence = (change) => {
  const { topic, week, pages, before } = change;
  const otherParts = change.parts.filter((part) => part.key !== "genuine" && part.pages !== 0);
  const name = topics[topic].name;
  return el("li", { class: `c${topic % 8}` },
    el("b", null, el("i", { class: "dot" }), el("bdi", null, name)), " ",
    sheetLink(weekSheet(topic, week), count(pages, "page"), `${pages} pages of ${name} in this week`), `, ${number(before)} the week before: `,
    el("b", null, signed(pages - before) || "0"), ". ", genuineText(change),
    otherParts.length ? el("span", { class: "note" }, " ", otherParts.map((part, index) => [index ? ", " : "", partLink(change, part), ` ${part.phrase}`]), ".") : null);
};

// Chart rows of all parts; a topic without any part gets an empty row.
const partRows = (change) => {
  const topic = topics[change.topic].name;
  const rows = change.parts.filter((part) => part.pages).map((part) => ({
    topic, part: part.name, part_index: part.index, pages: part.pages, change: signed(change.pages - change.before), sheet: partSheet(change, part),
  }));
  return rows.length ? rows : [{ topic, part: "genuine", part_index: 0, pages: 0 }];
};

const changeTable = (changes, week) => table(
  [heading("Topic"), heading("Week before", true), heading("This week", true), heading("Change", true),
    ...PARTS.map(([, name, , meaning]) => el("th", { scope: "col", class: "n", title: meaning }, name))],
  changes.map((change) => el("tr", null, el("th", { scope: "row" }, el("bdi", null, topics[change.topic].name)),
    cell(pagesLink(change.topic, isoDay(dayNumber(week) - 7), change.before)), cell(pagesLink(change.topic, week, change.pages)),
    cell(signed(change.pages - change.before)), change.parts.map((part) => cell(partLink(change, part))))),
);

const showChanges = () => {
  const weeks = changeWeeks();
  const newestWhole = weeks.find(([, isWhole]) => isWhole) ?? weeks[0];
  const week = weeks.some(([start]) => start === state.week) ? state.week : newestWhole?.[0];
  const changes = week ? changesIn(week) : [];
  byId("week").parentElement.hidden = weeks.length === 0;
  byId("change-body").hidden = changes.length === 0;
  byId("no-change").hidden = changes.length > 0;
  byId("no-change").textContent = `No change to show, ${periodText()}: no chosen topic has pages in this week or the week before.`;
  byId("week").replaceChildren(...weeks.map(([start, isWhole]) =>
    el("option", { value: start, selected: start === week }, `${weekText(start)}${isWhole ? "" : ", not over yet"}`)));
  byId("week").value = week ?? "";
  if (!changes.length) return;
  drawChart(byId("change-chart"), "change", { parts: changes.flatMap(partRows), zero: [{ at: 0 }] }, { height: 34 * changes.length + 24, onPick: openPicked, describe: describePart });
  byId("change-sentences").replaceChildren(...changes.map(changeSentence));
  fillWhenOpen(byId("change-table"), () => byId("change-table").replaceChildren(changeTable(changes, week)));
};

const startChanges = () => {
  if (!topics.length) return;
  byId("week").addEventListener("change", () => { state.week = byId("week").value; notifyChange("week"); });
  onChange((setting) => (!setting || setting === "week") && showChanges());
  showChanges();
};
