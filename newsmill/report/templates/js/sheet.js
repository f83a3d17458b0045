// The stories behind a number, over the page: whatever was clicked says which.
const sheet = at("sheet");
const SHEET_AT_ONCE = 40;

const inDays = (from, to) => (story) => firstDay(story) <= dayNumber(to) && lastDay(story) >= dayNumber(from);
const byWidth = (a, b) => SORTS.outlets[1](a, b);

// SQL that someone can paste into a shell: quotes within it are doubled for SQL, and escaped for the shell.
const quoted = (text) => `'${text.replace(/'/g, "''")}'`;
const command = (sql) => `newsmill query "${sql.replace(/(["\\$`])/g, "\\$1")}"`;

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
        : command(`from analyst.stories where story_id in (select story_id from analyst.pages where ${topic === ANY ? "len(topics || teased_topics) > 0" : `list_contains(topics || teased_topics, ${quoted(id)})`} and day between '${from}' and '${to}')`),
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
        `${asked.numbers} in all`,
      found: driver ? [driver, ...asked.found.filter((story) => story !== driver)] : asked.found,
      driver,
    };
  },
  entity(id, kind, name, week) {
    const one = entities.find((own) => own.name === name && own.kind === kind && topics[own.topic].id === id);
    if (!one) return null;
    const end = isoDay(dayNumber(week) + 6);
    const [first, last] = [slots.of(dayNumber(week)), slots.of(dayNumber(end))];
    const place = placeOf(week);
    const all = one.stories[place] ?? 0;
    return {
      topic: one.topic, title: `${name}, ${daysText(week, end)}`,
      numbers: `${count(all, "story", "stories")} of ${topics[one.topic].name} name it, ${count(one.pages[place] ?? 0, "page")}, ${count(one.outlets[place] ?? 0, "outlet")}`,
      all,
      found: stories.filter((story) => story.entities.includes(one.place) && pagesIn(story, one.topic, first, last) > 0).sort(byWidth),
      more: command(`from analyst.stories where story_id in (select p.story_id from topics.entities e join analyst.pages p using (record_id) where e.entity = ${quoted(name)} and coalesce(e.kind, 'other') = ${quoted(kind)} and e.topic = ${quoted(id)} and e.place <> 'teaser' and p.day between '${week}' and '${end}')`),
    };
  },
  story(id) {
    const one = stories.find((own) => own.id === id);
    return one && { title: "One story", numbers: `${count(one.pages, "page")}, ${count(one.outlets, "outlet")}`, all: 1, found: [one] };
  },
  all() {
    return { title: "All stories", numbers: "With a topic or without", found: [...stories].sort(byWidth), more: command("from analyst.stories") };
  },
};

const moreNote = ({ found, all, more }) => {
  const left = all === undefined ? null : all - found.length;
  const note = found.length === 0
    ? "This file holds none of these stories: it has room for those first in their day, week or topic. "
    : found.length > SHEET_AT_ONCE ? `The first ${SHEET_AT_ONCE} of ${found.length} in this file. `
      : left > 0 ? `${number(found.length)} of ${number(all)}, the widest: this file has room for no more. ` : "";
  return more ? [note, note || all === undefined ? "All of them: " : "As a table: ", el("code", null, more)] : [note];
};

// What is asked for tells stories, or a body of its own.
const fillSheet = (asked) => {
  const { topic, found = [], driver, body } = asked;
  at("sheet-title").textContent = asked.title;
  at("sheet-numbers").textContent = `${asked.numbers}.`;
  at("sheet-body").replaceChildren(...(body ?? []));
  at("sheet-list").replaceChildren(...found.slice(0, SHEET_AT_ONCE).map((story, i) => {
    const item = storyItem(story, topic, i === 0);
    if (story === driver) item.prepend(el("p", { class: "drove" }, "Drove the burst"));
    return item;
  }));
  at("sheet-more").replaceChildren(...(body ? [] : moreNote(asked)));
};

// How many days each kind of question names.
const DATES = { range: [2], burst: [2], entity: [1], change: [1], site: [2], language: [2], story: [0], all: [0], reconciliation: [0, 1] };

const readShow = (show) => {
  const [kind, ...parts] = show.split("~").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  const dates = parts.filter((part) => /^\d{4}-\d\d-\d\d$/.test(part)).length;
  if (!Object.hasOwn(DATES, kind) || !DATES[kind].includes(dates)) return null;
  return slots || kind === "reconciliation" ? QUESTIONS[kind](...parts) : null;
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
