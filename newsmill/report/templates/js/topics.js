// Topics over time: a row each with what it comes to, one chart of all, and each topic's pages against its stories.
const MEASURES_AT_ONCE = 6;
const measurePlaces = new Map();

const rangeOf = (topic, one) => showing("range", topics[topic]?.id ?? "", isoDay(one.start), isoDay(one.end));

const topicRow = (topic, now, before) => {
  const own = counts(topic, now.from, now.to);
  const earlier = before && counts(topic, before.from, before.to);
  const name = topics[topic].name;
  const show = showing("range", topics[topic].id, isoDay(state.from), isoDay(state.to));
  const burst = facts.bursts.find((one) => one.topic === topic && dayNumber(one.to) >= slots.last - 1);
  const only = state.topics.length === 1 && state.topics[0] === topic;
  const drawnAs = buckets(state.from, state.to, grain()).map((one) => distinct(topic, "stories", one.from, one.to));
  return el(
    "tr", {
      class: `c${topic % 8}${topic >= 8 ? " dashed" : ""}`, "data-topic": topics[topic].id,
      onpointerenter: () => bringToFront(topic), onpointerleave: () => bringToFront(-1),
      onfocusin: () => bringToFront(topic), onfocusout: () => bringToFront(-1),
    },
    el("th", { scope: "row" },
      el("button", {
        type: "button", class: "topic", "aria-pressed": String(only), title: only ? "Show all topics" : "Show this topic alone",
        onclick: () => { state.topics = only ? [] : [topic]; changed(); },
      }, el("i", { class: "dot" }), el("bdi", null, name)),
      burst ? el("em", { class: "tag warn" }, "bursting") : null),
    el("td", { class: "trend" }, sparkline(drawnAs)),
    cell(behind(show, number(own.stories), `${count(own.stories, "story", "stories")} of ${name}`), { class: "n big" }),
    earlier && cell(el("span", { class: own.stories > earlier.stories ? "up" : own.stories < earlier.stories ? "down" : "" }, changeText(own.stories, earlier.stories))),
    cell(behind(show, number(own.pages), `${count(own.pages, "page")} of ${name}`)),
    cell(behind(show, number(own.outlets), `${count(own.outlets, "outlet")} with stories of ${name}`)),
    cell(own.stories ? number(Math.round((10 * own.pages) / own.stories) / 10) : "–", { class: "n roomy" }),
    cell(own.teasers ? behind(show, number(own.teasers), `${count(own.teasers, "page")} where only a teaser speaks of ${name}`) : "0", { class: "n wide" }),
  );
};

const bringToFront = async (topic) => (await drawn.get(at("topic-chart"))?.made)?.view.signal("focus", topic).runAsync();

const showTopicRows = () => {
  const now = period();
  const before = periodBefore();
  at("topic-rows").replaceChildren(table(
    [
      heading("Topic"), heading(grain() === "week" ? "Stories a week" : "Stories a day"), heading("Stories", true),
      before && el("th", { scope: "col", class: "n", title: "Stories, against as many days before" }, "Change"),
      heading("Pages", true), heading("Outlets", true), el("th", { scope: "col", class: "n roomy", title: "Pages a story" }, "Pages/story"),
      el("th", { scope: "col", class: "n wide", title: "Pages where only a teaser speaks of the topic" }, "Teaser only"),
    ],
    chosenTopics().map((topic) => topicRow(topic, now, before)),
  ));
  at("topic-note").textContent = before
    ? `Change is that of stories against the ${count(state.to - state.from + 1, "day")} before.`
    : slots.size > 1 ? "Choose a shorter period to see the change against as many days before." : "";
};

const burstOn = (topic, part) => {
  const found = facts.bursts.find((one) => one.topic === topic && dayNumber(one.from) <= part.end && dayNumber(one.to) >= part.start);
  return found && daysText(found.from, found.to);
};

const seriesRows = (topic, parts) =>
  parts.map((one) => {
    const wanted = grain() === "day" ? facts.series[topic].expected?.[one.from] : undefined;
    return {
      when: localTime(one.start), label: one.label, topic: topics[topic].name, id: topic, number: topic % 8,
      dashed: topic >= 8 ? 1 : 0, points: parts.length <= 16, expected: wanted == null ? undefined : number(wanted),
      burst: burstOn(topic, one), show: rangeOf(topic, one), ...counts(topic, one.from, one.to),
    };
  });

const expectedRows = (topic, parts) =>
  parts.flatMap((one) => {
    const wanted = facts.series[topic].expected?.[one.from];
    return wanted == null ? [] : [{ when: localTime(one.start), expected: wanted }];
  });

const pick = (datum) => { if (datum.show) openSheet(datum.show); };

const showTopicChart = () => {
  const parts = buckets(state.from, state.to, grain());
  const chosen = chosenTopics();
  const rows = chosen.map((topic) => seriesRows(topic, parts));
  const alone = chosen.length === 1 && grain() === "day";
  const expected = alone ? expectedRows(chosen[0], parts) : [];
  at("topic-caption").textContent = `Stories a ${grain()}`;
  at("expected-key").hidden = expected.length === 0;
  at("burst-key").hidden = burstRows(chosen).length === 0;
  const single = parts.length === 1;
  at("one-day").hidden = !single;
  for (const id of ["topic-chart", "hint", "kinds-of-count"]) at(id).hidden = single;
  at("topic-figure").className = alone ? `c${chosen[0] % 8}` : "";
  showTopicTable(parts, chosen, rows);
  if (single) return;
  draw(at("topic-chart"), "topics", { series: rows.flat(), expected, ...burstMarks(chosen) }, { onPick: pick, tell: tellPoint });
  showMeasures(chosen, rows);
};

// Pages against stories against outlets: small charts, the same each, one a topic.
const showMeasures = (chosen, rows) => {
  const shown = chosen.slice(0, at("all-measures").hidden || at("all-measures").dataset.open ? chosen.length : MEASURES_AT_ONCE);
  for (const [topic, figure] of measurePlaces) {
    if (!shown.includes(topic)) {
      drop(figure.querySelector(".chart"));
      figure.remove();
      measurePlaces.delete(topic);
    }
  }
  shown.forEach((topic, place) => {
    if (!measurePlaces.has(topic)) {
      const chart = el("div", { class: "chart", role: "group", "aria-label": `Pages, stories and outlets of ${topics[topic].name}` });
      measurePlaces.set(topic, el("figure", { class: `c${topic % 8}` }, el("figcaption", null, el("b", null, el("bdi", null, topics[topic].name))), chart));
    }
    const figure = measurePlaces.get(topic);
    if (at("measures").children[place] !== figure) at("measures").insertBefore(figure, at("measures").children[place] ?? null);
    draw(figure.querySelector(".chart"), "measures", { series: rows[chosen.indexOf(topic)], ...burstMarks([topic]) }, { onPick: pick, tell: tellPoint });
  });
  at("measures").className = `measures${shown.length === 1 ? " single" : shown.length % 3 === 1 || shown.length === 2 ? " even" : ""}`;
};

const showTopicTable = (parts, chosen, rows) => {
  const place = at("topic-table");
  const fillTable = () => place.replaceChildren(table(
    [heading(grain() === "week" ? "Week" : "Day"), heading("Topic"), ...["Stories", "Pages", "Outlets", "Teaser only", "Expected"].map((name) => heading(name, true))],
    parts.flatMap((part, i) => rows.map((own) => own[i])).reverse().map((one) => el(
      "tr", null, el("th", { scope: "row" }, one.label), el("td", null, el("bdi", null, one.topic)),
      ...[["stories", "story", "stories"], ["pages", "page"], ["outlets", "outlet"], ["teasers", "page"]].map(([key, name, names]) =>
        cell(one[key] ? behind(one.show, number(one[key]), `${count(one[key], name, names)}${key === "teasers" ? " where only a teaser speaks" : ""} of ${one.topic}, ${one.label}`) : "0")),
      cell(one.expected ?? "–"),
    )),
  ));
  onOpen(place, fillTable);
};

// A table behind a chart is made when it is asked for.
const onOpen = (place, fillTable) => {
  const details = place.closest("details");
  details.ontoggle = () => details.open && fillTable();
  if (details.open) fillTable();
};

const showTopics = () => {
  if (!topics.length) return;
  const many = chosenTopics().length > MEASURES_AT_ONCE + 2;
  at("all-measures").hidden = !many;
  at("all-measures").textContent = `Show all ${chosenTopics().length} topics`;
  showTopicRows();
  showTopicChart();
};

const startTopics = () => {
  if (!topics.length) return;
  at("all-measures").addEventListener("click", () => {
    at("all-measures").dataset.open = "yes";
    showTopics();
    at("all-measures").hidden = true;
  });
  onChange((only) => only || showTopics());
  showTopics();
};
