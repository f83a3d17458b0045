// The sheet over the page: the stories or records of the number that was clicked.
const sheet = byId("sheet");
const SHEET_STORIES_AT_ONCE = 40;

const isInDays = (story, from, to) => firstDay(story) <= dayNumber(to) && lastDay(story) >= dayNumber(from);
const byWidth = (a, b) => SORTS.outlets[1](a, b);

// A command to paste into a shell: quotes are doubled for SQL and escaped for the shell.
const quoteSql = (text) => `'${text.replace(/'/g, "''")}'`;
const queryCommand = (sql) => `newsmill query "${sql.replace(/(["\\$`])/g, "\\$1")}"`;

const rangeCommand = (topic, id, from, to) => {
  if (from === to && topic !== ANY_TOPIC) return `newsmill explain trend ${id} ${from}`;
  const condition = topic === ANY_TOPIC ? "len(topics) > 0" : `list_contains(topics, ${quoteSql(id)})`;
  return queryCommand(`from analyst.stories where story_id in (select story_id from analyst.pages where ${condition} and day between '${from}' and '${to}')`);
};

// Pages that do not count: they show a teaser about the topic.
const teasersText = (pages) => (pages ? `; not counted: ${count(pages, "page")} with the topic in a teaser only` : "");

// The content of each kind of sheet: title, numbers, the number of all stories (`total`) if known, the stories in this file, a command.
const SHEETS = {
  range(id, from, to) {
    const topic = id ? topicIndex(id) : ANY_TOPIC;
    if (topic < 0) return null;
    const [first, last] = [timeBuckets.index(dayNumber(from)), timeBuckets.index(dayNumber(to))];
    const chosen = topic === ANY_TOPIC ? topics.map((_, index) => index) : [topic];
    const counts = countTopic(topic, first, last);
    const expected = from === to && topic !== ANY_TOPIC ? data.series[topic].expected?.[first] : undefined;
    return {
      topic: topic === ANY_TOPIC ? undefined : topic,
      title: `${topic === ANY_TOPIC ? "Any topic" : topics[topic].name}, ${daysText(from, to)}`,
      numbers: `${count(counts.stories, "story", "stories")}, ${count(counts.pages, "page")}, ${count(counts.outlets, "outlet")}${expected == null ? "" : `; ${number(expected)} stories expected`}${teasersText(counts.teasers)}`,
      total: counts.stories,
      stories: stories.filter((story) => hasTopicIn(story, first, last, chosen)).sort(byWidth),
      command: rangeCommand(topic, id, from, to),
    };
  },
  teasers(id, from, to) {
    const topic = topicIndex(id);
    if (topic < 0) return null;
    const [first, last] = [timeBuckets.index(dayNumber(from)), timeBuckets.index(dayNumber(to))];
    return {
      topic, title: `${topics[topic].name} in a teaser only, ${daysText(from, to)}`,
      numbers: `${count(sum(data.series[topic].teasers, first, last), "page")} with a teaser about the topic, counted nowhere else`,
      stories: stories.filter((story) => isTeasedIn(story, first, last, [topic])).sort(byWidth),
      command: queryCommand(`from analyst.pages where list_contains(teased_topics, ${quoteSql(id)}) and day between '${from}' and '${to}'`),
    };
  },
  burst(id, from, to) {
    const range = SHEETS.range(id, from, to);
    const burst = data.bursts.find((row) => topics[row.topic].id === id && row.from === from);
    if (!range || !burst) return range;
    const driver = stories.find((story) => story.id === burst.story);
    return {
      ...range,
      title: `Burst of ${range.title}`,
      numbers: `${count(burst.observed, "story", "stories")} as the sum of its days, ${number(burst.expected)} expected, a chance of ${burst.chance}. ` +
        `Over all its days: ${range.numbers}`,
      stories: driver ? [driver, ...range.stories.filter((story) => story !== driver)] : range.stories,
      driver,
    };
  },
  entity(id, kind, name, week) {
    const entity = entities.find((row) => row.name === name && row.kind === kind && topics[row.topic].id === id);
    if (!entity) return null;
    const end = lastDayOf(week);
    const [first, last] = [timeBuckets.index(dayNumber(week)), timeBuckets.index(dayNumber(end))];
    const index = weekIndex(week);
    const total = entity.stories[index] ?? 0;
    return {
      topic: entity.topic, title: `${name}, ${daysText(week, end)}`,
      numbers: `${count(total, "story", "stories")} of ${topics[entity.topic].name} with this name, ${count(entity.pages[index] ?? 0, "page")}, ${count(entity.outlets[index] ?? 0, "outlet")}`,
      total,
      stories: stories.filter((story) => story.entities.includes(entity.index) && countPages(story, entity.topic, first, last) > 0).sort(byWidth),
      command: queryCommand(`from analyst.stories where story_id in (select p.story_id from topics.entities e join analyst.pages p using (record_id) where e.entity = ${quoteSql(name)} and coalesce(e.kind, 'other') = ${quoteSql(kind)} and e.topic = ${quoteSql(id)} and e.place <> 'teaser' and list_contains(p.topics, ${quoteSql(id)}) and p.day between '${week}' and '${end}')`),
    };
  },
  story(id) {
    const story = stories.find((row) => row.id === id);
    return story && { title: "Story", numbers: `${count(story.pages, "page")}, ${count(story.outlets, "outlet")}`, total: 1, stories: [story] };
  },
  all() {
    return { title: "All stories", numbers: "With or without a topic", stories: [...stories].sort(byWidth), command: queryCommand("from analyst.stories") };
  },
};

const sheetNote = (content) => {
  const { total, command } = content;
  const shown = content.stories.length;
  const note = shown === 0
    ? "This file contains none of these stories: it has only the first of each day, week and topic. "
    : shown > SHEET_STORIES_AT_ONCE ? `The first ${SHEET_STORIES_AT_ONCE} of ${shown} in this file. `
      : total > shown ? `The widest ${number(shown)} of ${number(total)}; the others are not in this file. ` : "";
  return command ? [note, note || total === undefined ? "All stories: " : "As a table: ", el("code", null, command)] : [note];
};

// A sheet shows a list of stories, or its own body.
const fillSheet = (content) => {
  const { topic, driver, body } = content;
  byId("sheet-title").textContent = content.title;
  byId("sheet-numbers").textContent = `${content.numbers}.`;
  byId("sheet-body").replaceChildren(...(body ?? []));
  byId("sheet-list").replaceChildren(...(content.stories ?? []).slice(0, SHEET_STORIES_AT_ONCE).map((story, i) => {
    const item = storyItem(story, topic, i === 0);
    if (story === driver) item.prepend(el("p", { class: "drove" }, "Drove the burst"));
    return item;
  }));
  byId("sheet-more").replaceChildren(...(body ? [] : sheetNote(content)));
};

// How many dates the address of each kind of sheet contains.
const DATE_COUNTS = { range: [2], teasers: [2], burst: [2], entity: [1], change: [1], site: [2], language: [2], story: [0], all: [0], reconciliation: [0, 1] };

const sheetContent = (sheetPath) => {
  const [kind, ...parts] = sheetPath.split("~").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  const dates = parts.filter((part) => /^\d{4}-\d\d-\d\d$/.test(part)).length;
  if (!Object.hasOwn(DATE_COUNTS, kind) || !DATE_COUNTS[kind].includes(dates)) return null;
  return timeBuckets || kind === "reconciliation" ? SHEETS[kind](...parts) : null;
};

const openSheet = (sheetPath) => {
  const content = sheetContent(sheetPath);
  if (!content) return;
  state.show = sheetPath;
  history.replaceState(null, "", viewAddress());
  fillSheet(content);
  if (!sheet.open) sheet.showModal();
  sheet.scrollTop = 0;
};

const startSheet = () => {
  sheet.addEventListener("close", () => { state.show = ""; history.replaceState(null, "", viewAddress()); });
  byId("sheet-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
  if (state.show) openSheet(state.show);
};
