// Topics over time: a table with one row for each topic, a chart of all topics, and pages against stories of each topic.
const MEASURE_CHARTS_AT_ONCE = 6;
const measureFigures = new Map();

const partAddress = (topic, part) => sheetAddress("range", topics[topic]?.id ?? "", isoDay(part.start), isoDay(part.end));
const changeClass = (now, before) => (now > before ? "up" : now < before ? "down" : "");
const topicClass = (topic) => `c${topic % 8}${topic >= 8 ? " dashed" : ""}`;

const topicRow = (topic, now, before) => {
  const counts = countTopic(topic, now.from, now.to);
  const earlier = before && countTopic(topic, before.from, before.to);
  const name = topics[topic].name;
  const sheet = sheetAddress("range", topics[topic].id, isoDay(state.from), isoDay(state.to));
  const teaserSheet = sheetAddress("teasers", topics[topic].id, isoDay(state.from), isoDay(state.to));
  const isBursting = data.bursts.some((burst) => burst.topic === topic && dayNumber(burst.to) >= timeBuckets.last - 1);
  const isOnly = state.topics.length === 1 && state.topics[0] === topic;
  const storyCounts = splitPeriod(state.from, state.to, timeUnit()).map((part) => (isGap(part.from, part.to) ? null : countDistinct(topic, "stories", part.from, part.to)));
  return el(
    "tr", {
      class: topicClass(topic), "data-topic": topics[topic].id,
      onpointerenter: () => focusTopic(topic), onpointerleave: () => focusTopic(-1),
      onfocusin: () => focusTopic(topic), onfocusout: () => focusTopic(-1),
    },
    el("th", { scope: "row" },
      el("button", {
        type: "button", class: "topic", "aria-pressed": String(isOnly), title: isOnly ? "Show all topics" : "Show this topic only",
        onclick: () => { state.topics = isOnly ? [] : [topic]; notifyChange(); },
      }, el("i", { class: "dot" }), el("bdi", null, name)),
      isBursting ? el("em", { class: "tag warn" }, "bursting") : null),
    el("td", { class: "trend" }, sparkline(storyCounts)),
    cell(sheetLink(sheet, number(counts.stories), `${count(counts.stories, "story", "stories")} of ${name}`), { class: "n big" }),
    earlier && cell(el("span", { class: changeClass(counts.stories, earlier.stories) }, changeText(counts.stories, earlier.stories))),
    cell(sheetLink(sheet, number(counts.pages), `${count(counts.pages, "page")} of ${name}`)),
    cell(sheetLink(sheet, number(counts.outlets), `${count(counts.outlets, "outlet")} with stories of ${name}`)),
    cell(counts.stories ? number(Math.round((10 * counts.pages) / counts.stories) / 10) : "–", { class: "n optional" }),
    cell(counts.teasers ? sheetLink(teaserSheet, number(counts.teasers), `${count(counts.teasers, "page")} with ${name} in a teaser only`) : "0", { class: "n wide" }),
  );
};

// Fade the lines of all other topics; -1 shows all.
const focusTopic = async (topic) => (await charts.get(byId("topic-chart"))?.ready)?.view.signal("focus", topic).runAsync();

const showTopicRows = () => {
  const now = period();
  const before = periodBefore();
  byId("topic-rows").replaceChildren(table(
    [
      heading("Topic"), heading(timeUnit() === "week" ? "Stories by week" : "Stories by day"), heading("Stories", true),
      before && el("th", { scope: "col", class: "n", title: "Change in stories against the preceding period of the same length" }, "Change"),
      heading("Pages", true), heading("Outlets", true), el("th", { scope: "col", class: "n optional", title: "Pages per story" }, "Pages/story"),
      el("th", { scope: "col", class: "n wide", title: "Pages with the topic in a teaser only; they count nowhere else" }, "Teaser only"),
    ],
    chosenTopics().map((topic) => topicRow(topic, now, before)),
  ));
  byId("topic-note").textContent = before
    ? `Change compares stories with the preceding ${count(state.to - state.from + 1, "day")}.`
    : timeBuckets.size > 1 ? "Choose a shorter period to compare it with the preceding period." : "";
};

const burstDaysIn = (topic, part) => {
  const burst = data.bursts.find((row) => row.topic === topic && dayNumber(row.from) <= part.end && dayNumber(row.to) >= part.start);
  return burst && daysText(burst.from, burst.to);
};

const expectedOn = (topic, part) => data.series[topic].expected?.[part.from];

const seriesRows = (topic, parts) =>
  parts.map((part) => {
    const expected = timeUnit() === "day" ? expectedOn(topic, part) : undefined;
    return {
      when: localTime(part.start), label: part.label, topic: topics[topic].name, id: topic, color_index: topic % 8,
      dashed: topic >= 8 ? 1 : 0, points: parts.length <= 16, expected: expected == null ? undefined : number(expected),
      burst: burstDaysIn(topic, part), sheet: partAddress(topic, part),
      teaserSheet: sheetAddress("teasers", topics[topic].id, isoDay(part.start), isoDay(part.end)), ...countTopic(topic, part.from, part.to),
      ...(isGap(part.from, part.to) ? { stories: null, pages: null, outlets: null, teasers: null } : {}),
    };
  });

const expectedRows = (topic, parts) =>
  parts.flatMap((part) => {
    const expected = expectedOn(topic, part);
    return expected == null ? [] : [{ when: localTime(part.start), expected }];
  });

const showTopicChart = () => {
  const parts = splitPeriod(state.from, state.to, timeUnit());
  const chosen = chosenTopics();
  const rows = chosen.map((topic) => seriesRows(topic, parts));
  const showsExpected = chosen.length === 1 && timeUnit() === "day";
  const expected = showsExpected ? expectedRows(chosen[0], parts) : [];
  byId("topic-caption").textContent = `Stories by ${timeUnit()}`;
  byId("expected-key").hidden = expected.length === 0;
  byId("burst-key").hidden = burstRows(chosen).length === 0;
  const isSinglePart = parts.length === 1;
  byId("one-day").hidden = !isSinglePart;
  for (const id of ["topic-chart", "hint", "measures-section"]) byId(id).hidden = isSinglePart;
  byId("topic-figure").className = showsExpected ? `c${chosen[0] % 8}` : "";
  showTopicTable(parts, rows);
  if (isSinglePart) return;
  drawChart(byId("topic-chart"), "topics", { series: rows.flat(), expected, ...burstMarks(chosen) }, { onPick: openPicked, describe: describePoint });
  showMeasures(chosen, rows);
};

const measureFigure = (topic) => {
  const chart = el("div", { class: "chart", role: "group", "aria-label": `Pages, stories and outlets of ${topics[topic].name}` });
  return el("figure", { class: `c${topic % 8}` }, el("figcaption", null, el("b", null, el("bdi", null, topics[topic].name))), chart);
};

// Pages, stories and outlets: one small chart for each topic.
const showMeasures = (chosen, rows) => {
  const shown = chosen.slice(0, byId("all-measures").hidden || byId("all-measures").dataset.open ? chosen.length : MEASURE_CHARTS_AT_ONCE);
  for (const [topic, figure] of measureFigures) {
    if (!shown.includes(topic)) {
      removeChart(figure.querySelector(".chart"));
      figure.remove();
      measureFigures.delete(topic);
    }
  }
  const container = byId("measures");
  shown.forEach((topic, index) => {
    if (!measureFigures.has(topic)) measureFigures.set(topic, measureFigure(topic));
    const figure = measureFigures.get(topic);
    if (container.children[index] !== figure) container.insertBefore(figure, container.children[index] ?? null);
    drawChart(figure.querySelector(".chart"), "measures", { series: rows[chosen.indexOf(topic)], ...burstMarks([topic]) }, { onPick: openPicked, describe: describePoint });
  });
  container.className = `measures${shown.length === 1 ? " single" : shown.length % 3 === 1 || shown.length === 2 ? " even" : ""}`;
};

const showTopicTable = (parts, rows) => {
  const measures = [["stories", "story", "stories"], ["pages", "page"], ["outlets", "outlet"], ["teasers", "page"]];
  const countCell = (row, [key, singular, plural]) => {
    const label = `${count(row[key], singular, plural)} of ${row.topic}${key === "teasers" ? " in a teaser only" : ""}, ${row.label}`;
    if (row[key] === null) return cell(el("span", { title: "Not collected" }, "–"));
    return cell(row[key] ? sheetLink(key === "teasers" ? row.teaserSheet : row.sheet, number(row[key]), label) : "0");
  };
  const fillTable = () => byId("topic-table").replaceChildren(table(
    [heading(timeUnit() === "week" ? "Week" : "Day"), heading("Topic"), ...["Stories", "Pages", "Outlets", "Teaser only", "Expected"].map((name) => heading(name, true))],
    parts.flatMap((_, i) => rows.map((topicRows) => topicRows[i])).reverse().map((row) => el(
      "tr", null, el("th", { scope: "row" }, row.label), el("td", null, el("bdi", null, row.topic)),
      ...measures.map((measure) => countCell(row, measure)),
      cell(row.expected ?? "–"),
    )),
  ));
  fillWhenOpen(byId("topic-table"), fillTable);
};

const showTopics = () => {
  byId("all-measures").hidden = chosenTopics().length <= MEASURE_CHARTS_AT_ONCE + 2;
  byId("all-measures").textContent = `Show all ${chosenTopics().length} topics`;
  showTopicRows();
  showTopicChart();
};

const startTopics = () => {
  if (!topics.length) return;
  byId("all-measures").addEventListener("click", () => {
    byId("all-measures").dataset.open = "yes";
    showTopics();
    byId("all-measures").hidden = true;
  });
  onChange((setting) => setting || showTopics());
  showTopics();
};
