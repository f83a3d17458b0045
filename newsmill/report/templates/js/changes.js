// Is it real? The change of one week, in parts that sum to it, and a sentence for each topic.
const PARTS = [
  ["genuine", "genuine", "genuine", "stories told by sources of both weeks"],
  ["copies", "copies", "copies", "pages that retell a story of the same week"],
  ["sources_joined", "sources joined", "from sources that joined", "sites without any page the week before"],
  ["sources_silent", "sources silent", "from sources that fell silent", "sites without any page this week"],
  ["extractor", "new extractor", "with a new extractor", "sites whose pages are read by another version"],
  ["taxonomy", "new taxonomy", "with a new taxonomy", "sites whose pages are tagged by another taxonomy"],
];

// Weeks that the period touches, newest first; the whole ones before one that is going on.
const weeksOfChange = () => {
  const found = new Map();
  facts.changes.week.forEach((week, i) => {
    const start = dayNumber(week);
    if (start <= state.to && start + 6 >= state.from) found.set(week, facts.changes.whole[i]);
  });
  return [...found].sort(([a], [b]) => (a < b ? 1 : -1));
};

const changesOf = (week) =>
  facts.changes.week.flatMap((own, i) => {
    const topic = facts.changes.topic[i];
    if (own !== week || !chosenTopics().includes(topic)) return [];
    const parts = PARTS.map(([key, name, phrase], place) => ({ key, name, phrase, place, pages: facts.changes[key][i] }));
    return [{ topic, pages: facts.changes.pages[i], before: facts.changes.before[i], parts }];
  }).sort((a, b) => Math.abs(b.pages - b.before) - Math.abs(a.pages - a.before) || a.topic - b.topic);

const verdict = (change, part, one, week) => {
  const genuine = part.pages;
  if (change === 0 && genuine === 0) return "No change.";
  if (genuine === 0) return "None of it is genuine.";
  if (Math.sign(genuine) !== Math.sign(change)) return ["What is genuine goes the other way: ", partLink(one, week, part), "."];
  const share = genuine / change;
  if (share >= 0.995 && share <= 1.005) return "All of it is genuine.";
  if (share > 1) return [partLink(one, week, part), " is genuine, and other parts hide some of it."];
  return [partLink(one, week, part), ` of it is genuine, ${percent(share)}.`];
};

const partShow = (one, week, part) => showing("change", topics[one.topic].id, week, part.key);
const partLink = (one, week, part) =>
  part.pages ? behind(partShow(one, week, part), signed(part.pages), `${signed(part.pages)} ${part.phrase}, ${topics[one.topic].name}, week of ${dayText(week)}`) : "0";

// A week that ends before the first day has no slots: its last comes before its first.
const slotsOf = (monday) => (monday + 6 < slots.first ? [0, -1] : [slots.of(monday), slots.of(monday + 6)]);
// Sites that this file counts and that have no page in a week, whatever it speaks of.
const silentIn = (monday) => new Set(facts.sites.pages.flatMap((pages, place) => (sum(pages, ...slotsOf(monday)) ? [] : [place])));

// The stories of a part: those of both weeks, or of the one that it speaks of; as far as a story itself can tell it.
QUESTIONS.change = (id, week, key) => {
  const part = PARTS.find(([own]) => own === key);
  const i = facts.changes.week.findIndex((own, place) => own === week && topics[facts.changes.topic[place]].id === id);
  if (!part || i < 0) return null;
  const topic = facts.changes.topic[i];
  const [before, monday] = [dayNumber(week) - 7, dayNumber(week)];
  const pagesOf = (story, start) => pagesIn(story, topic, ...slotsOf(start));
  const [joined, silent] = [silentIn(before), silentIn(monday)];
  const belongs = {
    copies: (story) => pagesOf(story, monday) > 1 || pagesOf(story, before) > 1,
    sources_joined: (story) => pagesOf(story, monday) > 0 && story.sites.some((site) => joined.has(site)),
    sources_silent: (story) => pagesOf(story, before) > 0 && story.sites.some((site) => silent.has(site)),
  }[key] ?? ((story) => pagesOf(story, monday) + pagesOf(story, before) > 0);
  return {
    topic, title: `${topics[topic].name}, ${part[1]}, week of ${dayText(week)}`,
    numbers: `${signed(facts.changes[key][i]) || "0"} of a change of ${signed(facts.changes.pages[i] - facts.changes.before[i]) || "0"} pages: ${part[3]}`,
    found: stories.filter(belongs).sort(byWidth),
    more: command(`from analyst.pages where list_contains(topics, ${quoted(id)}) and day between '${isoDay(before)}' and '${isoDay(monday + 6)}'`),
  };
};

const pagesLink = (one, week, pages) => {
  const { id, name } = topics[one.topic];
  return pages ? behind(showing("range", id, week, isoDay(dayNumber(week) + 6)), number(pages), `${count(pages, "page")} of ${name}, week of ${dayText(week)}`) : "0";
};

const changeSentence = (one, week) => {
  const change = one.pages - one.before;
  const rest = one.parts.filter((part) => part.key !== "genuine" && part.pages !== 0);
  const name = topics[one.topic].name;
  const show = showing("range", topics[one.topic].id, week, isoDay(dayNumber(week) + 6));
  return el("li", { class: `c${one.topic % 8}` },
    el("b", null, el("i", { class: "dot" }), el("bdi", null, name)), " ",
    behind(show, count(one.pages, "page"), `${one.pages} pages of ${name} in that week`), ` after ${number(one.before)}: `,
    el("b", null, signed(change) || "0"), ". ", verdict(change, one.parts[0], one, week),
    rest.length ? el("span", { class: "note" }, " ", rest.map((part, place) => [place ? ", " : "", partLink(one, week, part), ` ${part.phrase}`]), ".") : null);
};

const showChanges = () => {
  const weeks = weeksOfChange();
  const whole = weeks.find(([, isWhole]) => isWhole) ?? weeks[0];
  const week = weeks.some(([own]) => own === state.week) ? state.week : whole?.[0];
  const found = week ? changesOf(week) : [];
  at("week").parentElement.hidden = weeks.length === 0;
  at("change-body").hidden = found.length === 0;
  at("no-change").hidden = found.length > 0;
  at("no-change").textContent = `No change to take apart, ${periodText()}: a topic needs a page in this week or the one before.`;
  at("week").replaceChildren(...weeks.map(([own, isWhole]) =>
    el("option", { value: own, selected: own === week }, `${daysText(own, isoDay(dayNumber(own) + 6))}${isWhole ? "" : ", not over yet"}`)));
  at("week").value = week ?? "";
  if (!found.length) return;
  const rows = found.flatMap((one) => one.parts.filter((part) => part.pages).map((part) => ({
    topic: topics[one.topic].name, part: part.name, place: part.place, pages: part.pages, change: signed(one.pages - one.before),
    show: partShow(one, week, part),
  })));
  const still = found.filter((one) => one.parts.every((part) => part.pages === 0));
  for (const one of still) rows.push({ topic: topics[one.topic].name, part: "genuine", place: 0, pages: 0 });
  draw(at("change-chart"), "change", { parts: rows, zero: [{ at: 0 }] }, { height: 34 * found.length + 24, onPick: pick, tell: tellPart });
  at("change-said").replaceChildren(...found.map((one) => changeSentence(one, week)));
  onOpen(at("change-table"), () => at("change-table").replaceChildren(table(
    [heading("Topic"), heading("Week before", true), heading("This week", true), heading("Change", true),
      ...PARTS.map(([, name, , meaning]) => el("th", { scope: "col", class: "n", title: meaning }, name))],
    found.map((one) => el("tr", null, el("th", { scope: "row" }, el("bdi", null, topics[one.topic].name)),
      cell(pagesLink(one, isoDay(dayNumber(week) - 7), one.before)), cell(pagesLink(one, week, one.pages)), cell(signed(one.pages - one.before)), one.parts.map((part) => cell(partLink(one, week, part))))),
  )));
};

const startChanges = () => {
  if (!topics.length) return;
  at("week").addEventListener("change", () => { state.week = at("week").value; changed("week"); });
  onChange((only) => (!only || only === "week") && showChanges());
  showChanges();
};
