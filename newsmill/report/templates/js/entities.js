// Entities that rise: who and what each topic names, in one week against the one before.
const KINDS = { model: "Models", company: "Companies", agency: "Agencies", law: "Laws", product: "Products", person: "People", programme: "Programmes", other: "Others" };
const ENTITIES_AT_ONCE = 15;
const LEAST_OF_A_TOPIC = 3;
const COLUMNS = 8;
const wholeTopics = new Set();

const monday = (day) => day - ((day + 3) % 7);
const weekOf = (place) => isoDay(dayNumber(facts.entities.since) + 7 * place);
const placeOf = (week) => (dayNumber(week) - dayNumber(facts.entities.since)) / 7;
const weekText = (week) => daysText(week, isoDay(dayNumber(week) + 6));

const entities = (facts.entities?.listed ?? []).map((one, place) => ({
  ...one, place,
}));

// An archive read late has whole weeks, though its last page stands amid one.
const isOver = (week) => dayNumber(week) + 6 <= Math.max(slots.last, dayNumber(facts.reconciliation.date.at(-1)));

// Weeks that the period touches and that have any page with an entity of the chosen topics, newest first.
const entityWeeks = () => {
  const found = new Set();
  const chosen = chosenTopics();
  for (const one of entities) if (chosen.includes(one.topic)) one.pages.forEach((pages, place) => pages && found.add(weekOf(place)));
  return [...found].filter((week) => dayNumber(week) <= state.to && dayNumber(week) + 6 >= state.from).sort().reverse();
};

const named = (week) => {
  const place = placeOf(week);
  const chosen = chosenTopics();
  return entities.filter((one) => chosen.includes(one.topic)).map((one) => ({
    ...one, now: one.stories[place] ?? 0, before: one.stories[place - 1] ?? 0, outletsNow: one.outlets[place] ?? 0, pagesNow: one.pages[place] ?? 0,
  })).filter((one) => one.now || one.before)
    .sort((a, b) => b.now - b.before - (a.now - a.before) || b.now - a.now || (a.name < b.name ? -1 : 1));
};

const kindOf = (one) => (KINDS[one.kind] ? one.kind : "other");
const isFirstWeek = (week) => dayNumber(week) <= slots.first;

const weeklyStories = (one, week) => {
  const known = Math.floor((dayNumber(week) - monday(slots.first)) / 7) + 1;
  const weeks = Math.min(Math.max(Math.ceil((dayNumber(week) - state.from) / 7) + 1, 8), 26, known);
  return Array.from({ length: weeks }, (_, i) => one.stories[placeOf(week) - (weeks - 1 - i)] ?? 0);
};

// An entity of which nothing is known before its week is new; another is back after a pause.
const wasNamed = (one, week) => one.stories.some((stories, place) => stories > 0 && weekOf(place) < week);

const entityRow = (one, week) => {
  const showOf = (own) => showing("entity", topics[one.topic].id, one.kind, one.name, own);
  const counted = (value, own, said) => (value ? behind(showOf(own), number(value), `${said} ${one.name}, week of ${dayText(own)}`) : "0");
  const earlier = isoDay(dayNumber(week) - 7);
  const first = isFirstWeek(week);
  const tone = first ? "" : one.now > one.before ? "up" : one.now < one.before ? "down" : "";
  return el("tr", { class: `c${one.topic % 8}${one.topic >= 8 ? " dashed" : ""}`, "data-entity": one.name },
    el("th", { scope: "row" }, el("bdi", { dir: "auto" }, one.name)),
    el("td", { class: "wide" }, kindOf(one)),
    el("td", { class: "trend" }, sparkline(weeklyStories(one, week))),
    cell(counted(one.now, week, `${count(one.now, "story", "stories")} that name`), { class: "n big" }),
    cell(counted(one.before, earlier, `${count(one.before, "story", "stories")} that name`), { class: "n earlier" }),
    cell(el("span", { class: tone }, first ? "–" : one.before === 0 ? (wasNamed(one, week) ? "again" : "new") : changeText(one.now, one.before))),
    cell(counted(one.outletsNow, week, `${count(one.outletsNow, "outlet")} with stories that name`)),
    cell(counted(one.pagesNow, week, `${count(one.pagesNow, "page")} that name`), { class: "n wide" }));
};

// One topic: how many it names, how many of them rise, and those that rise most.
const entityGroup = (topic, rows, week, atOnce) => {
  const rising = rows.filter((one) => one.now > one.before).length;
  const shown = wholeTopics.has(topic) || rows.length <= atOnce + 1 ? rows : rows.slice(0, atOnce);
  const left = rows.length - shown.length;
  const said = isFirstWeek(week) ? `${number(rows.length)} named` : `${number(rising)} of ${number(rows.length)} named more often than the week before`;
  const more = left > 0 && el("tr", { class: "more-row" }, el("td", { colspan: COLUMNS }, el("button", {
    type: "button", "aria-label": `${left} more of ${topics[topic].name}`,
    onclick: () => {
      wholeTopics.add(topic);
      showEntities();
      at("entity-rows").querySelector(`[data-group="${topic}"] tr:nth-of-type(${shown.length + 2}) a`)?.focus();
    },
  }, `${number(left)} more`)));
  return el("tbody", { "data-group": topic },
    el("tr", { class: `group-head c${topic % 8}${topic >= 8 ? " dashed" : ""}` },
      el("th", { scope: "rowgroup", colspan: COLUMNS }, el("i", { class: "dot" }), el("bdi", null, topics[topic].name), el("small", null, said))),
    shown.map((one) => entityRow(one, week)), more);
};

const showEntities = () => {
  const weeks = entities.length ? entityWeeks() : [];
  // Of a week that is going on everything would be named less often than before.
  const week = weeks.find((one) => one === state.named) ?? weeks.find(isOver) ?? weeks[0];
  const rows = week ? named(week) : [];
  const kinds = Object.keys(KINDS).filter((kind) => rows.some((one) => kindOf(one) === kind));
  const kind = kinds.includes(state.kind) ? state.kind : "";
  const shown = rows.filter((one) => !kind || kindOf(one) === kind);
  at("entity-body").hidden = rows.length === 0;
  at("no-entities").hidden = rows.length > 0;
  at("no-entities").textContent = entities.length
    ? `No page of ${state.topics.length ? "the chosen topics" : "a topic"} names an entity, ${periodText()}.`
    : "No page names an entity of the taxonomy yet: models, companies, agencies and laws stand in topics.yaml.";
  at("named").parentElement.hidden = weeks.length === 0;
  at("named").replaceChildren(...weeks.map((one) => el("option", { value: one, selected: one === week }, `${weekText(one)}${isOver(one) ? "" : ", not over yet"}`)));
  at("named").value = week ?? "";
  if (!rows.length) return;
  at("kinds").replaceChildren(...["", ...kinds].map((one) => el("button", {
    type: "button", "data-kind": one || "all", "aria-pressed": String(one === kind),
    onclick: () => { state.kind = one; changed("kind"); at("kinds").querySelector(`[data-kind="${one || "all"}"]`).focus(); },
  }, one ? KINDS[one] : "All kinds")));
  const groups = chosenTopics().map((topic) => [topic, shown.filter((one) => one.topic === topic)]).filter(([, own]) => own.length);
  const atOnce = Math.max(LEAST_OF_A_TOPIC, Math.floor(ENTITIES_AT_ONCE / groups.length));
  at("entity-rows").replaceChildren(el("table", null,
    el("thead", null, el("tr", null,
      heading("Entity"), el("th", { scope: "col", class: "wide" }, "Kind"), el("th", { scope: "col", class: "trend" }, "Stories a week"), heading("Stories", true),
      el("th", { scope: "col", class: "n earlier", title: "Stories of the week before" }, "Before"), heading("Change", true), heading("Outlets", true),
      el("th", { scope: "col", class: "n wide" }, "Pages"))),
    groups.map(([topic, own]) => entityGroup(topic, own, week, atOnce))));
};

const startEntities = () => {
  if (!topics.length) return;
  at("named").addEventListener("change", () => { state.named = at("named").value; changed("kind"); });
  onChange((only) => (!only || only === "kind") && showEntities());
  showEntities();
};
