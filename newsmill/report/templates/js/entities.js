// Rising entities: the names in the stories of each topic, in one week compared with the week before.
const KINDS = { model: "Models", company: "Companies", agency: "Agencies", law: "Laws", product: "Products", person: "People", programme: "Programs", other: "Others" };
const ENTITIES_AT_ONCE = 15;
const MIN_ENTITIES_PER_TOPIC = 3;
const ENTITY_COLUMNS = 8;
const SPARKLINE_WEEKS = 26;
const expandedTopics = new Set();

const entities = (data.entities?.rows ?? []).map((entity, index) => ({ ...entity, index }));
const weekOf = (index) => isoDay(dayNumber(data.entities.first_week) + 7 * index);
const weekIndex = (week) => (dayNumber(week) - dayNumber(data.entities.first_week)) / 7;
const lastDayOf = (week) => isoDay(dayNumber(week) + 6);
const weekText = (week) => daysText(week, lastDayOf(week));

// The last ingest date counts too: the weeks of an archive that was read later are over.
const isOver = (week) => dayNumber(week) + 6 <= Math.max(timeBuckets.last, dayNumber(data.reconciliation.date.at(-1)));

// Weeks of the period that have pages with an entity of the chosen topics, newest first.
const entityWeeks = () => {
  const weeks = new Set();
  const chosen = chosenTopics();
  for (const entity of entities) {
    if (chosen.includes(entity.topic)) entity.pages.forEach((pages, index) => pages && weeks.add(weekOf(index)));
  }
  return [...weeks].filter((week) => dayNumber(week) <= state.to && dayNumber(lastDayOf(week)) >= state.from).sort().reverse();
};

// Entities of the chosen topics in a week, those that rise most first.
const entitiesIn = (week) => {
  const index = weekIndex(week);
  const chosen = chosenTopics();
  return entities.filter((entity) => chosen.includes(entity.topic)).map((entity) => ({
    ...entity, now: entity.stories[index] ?? 0, before: entity.stories[index - 1] ?? 0,
    outletsNow: entity.outlets[index] ?? 0, pagesNow: entity.pages[index] ?? 0,
  })).filter((entity) => entity.now || entity.before)
    .sort((a, b) => b.now - b.before - (a.now - a.before) || b.now - a.now || (a.name < b.name ? -1 : 1));
};

const kindOf = (entity) => (KINDS[entity.kind] ? entity.kind : "other");
const isFirstWeek = (week) => dayNumber(week) <= timeBuckets.first;

const weeklyStories = (entity, week) => {
  const available = Math.floor((dayNumber(week) - monday(timeBuckets.first)) / 7) + 1;
  const weeks = Math.min(Math.max(Math.ceil((dayNumber(week) - state.from) / 7) + 1, 8), SPARKLINE_WEEKS, available);
  return Array.from({ length: weeks }, (_, i) => entity.stories[weekIndex(week) - (weeks - 1 - i)] ?? 0);
};

const wasNamedBefore = (entity, week) => entity.stories.some((stories, index) => stories > 0 && weekOf(index) < week);

const entityChange = (entity, week) => {
  if (isFirstWeek(week)) return "–";
  if (entity.before === 0) return wasNamedBefore(entity, week) ? "again" : "new";
  return changeText(entity.now, entity.before);
};

const entityRow = (entity, week) => {
  const countLink = (value, inWeek, singular, plural) => {
    const sheet = sheetAddress("entity", topics[entity.topic].id, entity.kind, entity.name, inWeek);
    return value ? sheetLink(sheet, number(value), `${count(value, singular, plural)} with ${entity.name}, week of ${dayText(inWeek)}`) : "0";
  };
  const weekBefore = isoDay(dayNumber(week) - 7);
  const tone = isFirstWeek(week) ? "" : changeClass(entity.now, entity.before);
  return el("tr", { class: topicClass(entity.topic), "data-entity": entity.name },
    el("th", { scope: "row" }, el("bdi", { dir: "auto" }, entity.name)),
    el("td", { class: "wide" }, kindOf(entity)),
    el("td", { class: "trend" }, sparkline(weeklyStories(entity, week))),
    cell(countLink(entity.now, week, "story", "stories"), { class: "n big" }),
    cell(countLink(entity.before, weekBefore, "story", "stories"), { class: "n earlier" }),
    cell(el("span", { class: tone }, entityChange(entity, week))),
    cell(countLink(entity.outletsNow, week, "outlet")),
    cell(countLink(entity.pagesNow, week, "page"), { class: "n wide" }));
};

// One topic: the number of entities, how many of them rise, and the first rows.
const entityGroup = (topic, rows, week, atOnce) => {
  const rising = rows.filter((entity) => entity.now > entity.before).length;
  const shown = expandedTopics.has(topic) || rows.length <= atOnce + 1 ? rows : rows.slice(0, atOnce);
  const hidden = rows.length - shown.length;
  const summary = isFirstWeek(week) ? count(rows.length, "entity", "entities") : `${number(rising)} of ${number(rows.length)} rise against the week before`;
  const moreRow = hidden > 0 && el("tr", { class: "more-row" }, el("td", { colspan: ENTITY_COLUMNS }, el("button", {
    type: "button", "aria-label": `${hidden} more of ${topics[topic].name}`,
    onclick: () => {
      expandedTopics.add(topic);
      showEntities();
      byId("entity-rows").querySelector(`[data-group="${topic}"] tr:nth-of-type(${shown.length + 2}) a`)?.focus();
    },
  }, `${number(hidden)} more`)));
  return el("tbody", { "data-group": topic },
    el("tr", { class: `group-head ${topicClass(topic)}` },
      el("th", { scope: "rowgroup", colspan: ENTITY_COLUMNS }, el("i", { class: "dot" }), el("bdi", null, topics[topic].name), el("small", null, summary))),
    shown.map((entity) => entityRow(entity, week)), moreRow);
};

const kindButton = (kind, chosen) => el("button", {
  type: "button", "data-kind": kind || "all", "aria-pressed": String(kind === chosen),
  onclick: () => { state.kind = kind; notifyChange("kind"); byId("kinds").querySelector(`[data-kind="${kind || "all"}"]`).focus(); },
}, kind ? KINDS[kind] : "All kinds");

const showEntities = () => {
  const weeks = entities.length ? entityWeeks() : [];
  // In a week that is not over, every entity would have fewer stories than the week before.
  const week = weeks.find((start) => start === state.named) ?? weeks.find(isOver) ?? weeks[0];
  const rows = week ? entitiesIn(week) : [];
  const kinds = Object.keys(KINDS).filter((kind) => rows.some((entity) => kindOf(entity) === kind));
  const chosenKind = kinds.includes(state.kind) ? state.kind : "";
  const shown = rows.filter((entity) => !chosenKind || kindOf(entity) === chosenKind);
  byId("entity-body").hidden = rows.length === 0;
  byId("no-entities").hidden = rows.length > 0;
  byId("no-entities").textContent = entities.length
    ? `No page of ${state.topics.length ? "the chosen topics" : "a topic"} names an entity, ${periodText()}.`
    : "No page names an entity of the taxonomy yet. topics.yaml defines models, companies, agencies and laws.";
  byId("named").parentElement.hidden = weeks.length === 0;
  byId("named").replaceChildren(...weeks.map((start) =>
    el("option", { value: start, selected: start === week }, `${weekText(start)}${isOver(start) ? "" : ", not over yet"}`)));
  byId("named").value = week ?? "";
  if (!rows.length) return;
  byId("kinds").replaceChildren(...["", ...kinds].map((kind) => kindButton(kind, chosenKind)));
  const groups = chosenTopics().map((topic) => [topic, shown.filter((entity) => entity.topic === topic)]).filter(([, group]) => group.length);
  const atOnce = Math.max(MIN_ENTITIES_PER_TOPIC, Math.floor(ENTITIES_AT_ONCE / groups.length));
  byId("entity-rows").replaceChildren(el("table", null,
    el("thead", null, el("tr", null,
      heading("Entity"), el("th", { scope: "col", class: "wide" }, "Kind"), el("th", { scope: "col", class: "trend" }, "Stories by week"), heading("Stories", true),
      el("th", { scope: "col", class: "n earlier", title: "Stories in the week before" }, "Before"), heading("Change", true), heading("Outlets", true),
      el("th", { scope: "col", class: "n wide" }, "Pages"))),
    groups.map(([topic, group]) => entityGroup(topic, group, week, atOnce))));
};

const startEntities = () => {
  if (!topics.length) return;
  byId("named").addEventListener("change", () => { state.named = byId("named").value; notifyChange("kind"); });
  onChange((setting) => (!setting || setting === "kind") && showEntities());
  showEntities();
};
