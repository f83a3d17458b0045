// The stories behind a number, over the page: whatever was clicked says which.
const sheet = at("sheet");
const SHEET_AT_ONCE = 40;

const inDays = (from, to) => (story) => firstDay(story) <= dayNumber(to) && lastDay(story) >= dayNumber(from);
const byWidth = (a, b) => SORTS.outlets[1](a, b);

// What each kind of number asks for: a title, the number of stories where it is known, those of them in this file.
const QUESTIONS = {
  range(id, from, to) {
    const topic = id ? topicIndex(id) : ANY;
    if (topic < 0) return null;
    const [first, last] = [slots.of(dayNumber(from)), slots.of(dayNumber(to))];
    const chosen = topic === ANY ? topics.map((_, place) => place) : [topic];
    const own = counts(topic, first, last);
    const wanted = from === to && topic !== ANY ? facts.series[topic].expected?.[first] : undefined;
    return {
      topic: topic === ANY ? undefined : topic,
      title: `${topic === ANY ? "Any topic" : topics[topic].name}, ${daysText(from, to)}`,
      numbers: `${count(own.stories, "story", "stories")}, ${count(own.pages, "page")}, ${count(own.outlets, "outlet")}${wanted == null ? "" : `; ${number(wanted)} stories were expected`}`,
      all: own.stories,
      found: stories.filter((story) => isChosen(story, first, last, chosen)).sort((a, b) => teaserLast(chosen)(a, b) || byWidth(a, b)),
      more: from === to && topic !== ANY ? `newsmill explain trend ${id} ${from}`
        : `newsmill query "from analyst.stories where ${topic === ANY ? "len(topics) > 0" : `list_contains(topics, '${id}')`} and day between '${from}' and '${to}'"`,
    };
  },
  burst(id, from, to) {
    const asked = QUESTIONS.range(id, from, to);
    const burst = facts.bursts.find((one) => topics[one.topic].id === id && one.from === from);
    if (!asked || !burst) return asked;
    const driver = stories.find((story) => story.id === burst.story);
    return {
      ...asked,
      title: `Burst of ${asked.title}`,
      numbers: `${count(burst.observed, "story", "stories")} summed over its days where ${number(burst.expected)} were expected, a chance of ${burst.chance}. ` +
        `Kleinberg's automaton ${burst.kleinberg ? "finds a burst there too" : "finds none there"}. ${asked.numbers} in all`,
      found: driver ? [driver, ...asked.found.filter((story) => story !== driver)] : asked.found,
      driver,
    };
  },
  entity(id, kind, name, week) {
    const place = facts.entities.findIndex((one) => one.name === name && one.kind === kind && topics[one.topic].id === id);
    if (place < 0) return null;
    const one = facts.entities[place];
    const end = isoDay(dayNumber(week) + 6);
    const [first, last] = [slots.of(dayNumber(week)), slots.of(dayNumber(end))];
    const own = one.week.indexOf(week);
    return {
      topic: one.topic, title: `${name}, ${daysText(week, end)}`,
      numbers: `${count(one.stories[own] ?? 0, "story", "stories")} of ${topics[one.topic].name} name it, ${count(one.outlets[own] ?? 0, "outlet")}`,
      all: one.stories[own] ?? 0,
      found: stories.filter((story) => story.entities.includes(place) && pagesIn(story, one.topic, first, last) > 0).sort(byWidth),
      more: `newsmill query "from trends.entity_weekly where entity = '${name.replace(/'/g, "''")}'"`,
    };
  },
  site(name, from, to) {
    const place = facts.sites.name.indexOf(name || null);
    return {
      title: `${name || "Files, without a site"}, ${daysText(from, to)}`, numbers: "Stories that it carried",
      found: stories.filter((story) => story.sites.includes(place) && inDays(from, to)(story)).sort(byWidth),
      more: `newsmill query "from analyst.pages where site ${name ? `= '${name.replace(/'/g, "''")}'` : "is null"}"`,
    };
  },
  language(code, from, to) {
    const place = facts.languages.code.indexOf(code);
    return {
      title: `${facts.languages.name[place] ?? code}, ${daysText(from, to)}`, numbers: "Stories told in this language",
      found: stories.filter((story) => story.languages.includes(code) && inDays(from, to)(story)).sort(byWidth),
      more: `newsmill query "from analyst.pages where language = '${code.replace(/'/g, "''")}'"`,
    };
  },
  all() {
    return { title: "All stories", numbers: "With a topic or without", found: [...stories].sort(byWidth), more: `newsmill query "from analyst.stories"` };
  },
};

const fillSheet = (asked) => {
  const { topic, found, all, driver } = asked;
  const left = all === undefined ? null : all - found.length;
  at("sheet-title").textContent = asked.title;
  at("sheet-numbers").textContent = `${asked.numbers}.`;
  at("sheet-list").replaceChildren(...found.slice(0, SHEET_AT_ONCE).map((story, i) => {
    const item = storyItem(story, topic, i === 0);
    if (story === driver) item.prepend(el("p", { class: "drove" }, "Drove the burst"));
    return item;
  }));
  const note = found.length === 0
    ? "This file holds none of these stories: it has room for those first in their day, week or topic. "
    : found.length > SHEET_AT_ONCE ? `The first ${SHEET_AT_ONCE} of ${found.length} in this file. `
      : left > 0 ? `${number(found.length)} of ${number(all)}, the widest: this file has room for no more. ` : "";
  at("sheet-more").replaceChildren(note, ...(note || all === undefined ? ["All of them: ", el("code", null, asked.more)] : []));
};

const readShow = (show) => {
  const [kind, ...parts] = show.split("~").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  const dates = parts.filter((part) => /^\d{4}-\d\d-\d\d$/.test(part)).length;
  const wanted = { range: 2, burst: 2, entity: 1, site: 2, language: 2, all: 0 }[kind];
  return slots && dates === wanted && Object.hasOwn(QUESTIONS, kind) ? QUESTIONS[kind](...parts) : null;
};

const openSheet = (show) => {
  const asked = readShow(show);
  if (!asked) return;
  state.show = show;
  history.replaceState(null, "", address());
  fillSheet(asked);
  if (!sheet.open) sheet.showModal();
  sheet.scrollTop = 0;
};

const startSheet = () => {
  sheet.addEventListener("close", () => { state.show = ""; history.replaceState(null, "", address()); });
  at("sheet-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
  if (state.show) openSheet(state.show);
};
