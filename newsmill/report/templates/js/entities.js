// Entities that rise: who and what the topics name, in one week against the one before.
const KINDS = { model: "Models", company: "Companies", agency: "Agencies", law: "Laws", product: "Products", person: "People", programme: "Programmes", other: "Others" };
const ENTITIES_AT_ONCE = 12;
let allEntities = false;

const monday = (day) => day - ((day + 3) % 7);

// The last week that the period touches and that has any page with an entity.
const entityWeek = () => {
  let newest = "";
  const end = isoDay(state.to);
  const start = isoDay(monday(state.from));
  for (const one of facts.entities) {
    one.week.forEach((week, i) => { if (one.pages[i] > 0 && week <= end && week >= start && week > newest) newest = week; });
  }
  return newest;
};

const entityRows = (week) => {
  const before = isoDay(dayNumber(week) - 7);
  const chosen = chosenTopics();
  return facts.entities.flatMap((one, place) => {
    if (!chosen.includes(one.topic)) return [];
    const at = (key, own) => one[key][one.week.indexOf(own)] ?? 0;
    const row = { ...one, place, now: at("stories", week), before: at("stories", before), outletsNow: at("outlets", week), pagesNow: at("pages", week) };
    return row.now || row.before ? [row] : [];
  }).sort((a, b) => b.now - b.before - (a.now - a.before) || b.now - a.now || (a.name < b.name ? -1 : 1));
};

// An archive read late has whole weeks, though its last page stands amid one.
const isOver = (week) => dayNumber(week) + 6 <= Math.max(slots.last, dayNumber(facts.books.date.at(-1)));

const weeklyStories = (one, week) => {
  const known = Math.floor((dayNumber(week) - monday(slots.first)) / 7) + 1;
  const weeks = Math.min(Math.max(Math.ceil((dayNumber(week) - state.from) / 7) + 1, 8), 26, known);
  return Array.from({ length: weeks }, (_, i) => one.stories[one.week.indexOf(isoDay(dayNumber(week) - 7 * (weeks - 1 - i)))] ?? 0);
};

// An entity of which nothing is known before its week is new; another is back after a pause.
const earlier = (one, week) => one.week.some((own, i) => own < week && one.stories[i] > 0);

const entityRow = (one, week) => {
  const show = showing("entity", topics[one.topic].id, one.kind, one.name, week);
  const tone = dayNumber(week) <= slots.first ? "" : one.now > one.before ? "up" : one.now < one.before ? "down" : "";
  return el("tr", { class: `c${one.topic % 8}`, "data-entity": one.name },
    el("th", { scope: "row" }, el("bdi", { dir: "auto" }, one.name)),
    el("td", { class: "wide" }, KINDS[one.kind] ? one.kind : "other"),
    el("td", { class: "of-topic" }, el("i", { class: "dot" }), el("bdi", null, topics[one.topic].name)),
    el("td", { class: "trend" }, sparkline(weeklyStories(one, week))),
    cell(one.now ? behind(show, number(one.now), `${count(one.now, "story", "stories")} that name ${one.name}`) : "0", { class: "n big" }),
    cell(one.before ? behind(showing("entity", topics[one.topic].id, one.kind, one.name, isoDay(dayNumber(week) - 7)), number(one.before), `${count(one.before, "story", "stories")} that named ${one.name} the week before`) : "0"),
    cell(el("span", { class: tone }, dayNumber(week) <= slots.first ? "–" : one.before === 0 && one.now ? (earlier(one, week) ? "again" : "new") : changeText(one.now, one.before))),
    cell(number(one.outletsNow), { class: "n roomy" }),
    cell(number(one.pagesNow), { class: "n wide" }));
};

const showEntities = () => {
  const week = facts.entities.length ? entityWeek() : "";
  const rows = week ? entityRows(week) : [];
  const kinds = Object.keys(KINDS).filter((kind) => rows.some((one) => (KINDS[one.kind] ? one.kind : "other") === kind));
  const kind = kinds.includes(state.kind) ? state.kind : "";
  const shown = rows.filter((one) => !kind || (KINDS[one.kind] ? one.kind : "other") === kind);
  at("entity-body").hidden = rows.length === 0;
  at("no-entities").hidden = rows.length > 0;
  at("no-entities").textContent = facts.entities.length
    ? `No page of ${state.topics.length ? "the chosen topics" : "a topic"} names an entity, ${periodText()}.`
    : "No page names an entity of the taxonomy yet: models, companies, agencies and laws stand in topics.yaml.";
  if (!rows.length) return;
  at("entity-week").textContent = daysText(week, isoDay(dayNumber(week) + 6)) + (isOver(week) ? "" : ", not over yet");
  at("kinds").replaceChildren(...["", ...kinds].map((one) => el("button", {
    type: "button", "data-kind": one || "all", "aria-pressed": String(one === kind),
    onclick: () => { state.kind = one; changed("kind"); at("kinds").querySelector(`[data-kind="${one || "all"}"]`).focus(); },
  }, one ? KINDS[one] : "All kinds")));
  at("entity-rows").replaceChildren(table(
    [heading("Entity"), el("th", { scope: "col", class: "wide" }, "Kind"), heading("Topic"), heading("Stories a week"), heading("Stories", true),
      el("th", { scope: "col", class: "n", title: "Stories of the week before" }, "Before"), heading("Change", true),
      el("th", { scope: "col", class: "n roomy" }, "Outlets"), el("th", { scope: "col", class: "n wide" }, "Pages")],
    (allEntities ? shown : shown.slice(0, ENTITIES_AT_ONCE)).map((one) => entityRow(one, week)),
  ));
  at("more-entities").hidden = allEntities || shown.length <= ENTITIES_AT_ONCE;
  at("more-entities").textContent = `${shown.length - ENTITIES_AT_ONCE} more`;
};

const startEntities = () => {
  if (!topics.length) return;
  at("more-entities").addEventListener("click", () => { allEntities = true; showEntities(); });
  onChange((only) => (!only || only === "kind") && showEntities());
  showEntities();
};
