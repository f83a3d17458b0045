// Records by ingest date and verdict, the records of each number, and the age of the data.
const VERDICTS = ["kept", "merged", "quarantined"];
const VERDICT_MEANINGS = {
  kept: "kept: canonical pages of their stories, by kind", merged: "merged: pages that are not canonical in their stories",
  quarantined: "quarantined: each with a reason", unreconciled: "unreconciled: without exactly one verdict",
};
const STAGES = { raw: "the file", pages: "the page", stories: "the story" };
const RECORDS_AT_ONCE = 25;

const showReconciliation = () => {
  if (!byId("reconciliation-chart")) return;
  const { reconciliation } = data;
  const isInPeriod = (date) => !timeBuckets || (dayNumber(date) >= state.from && dayNumber(date) <= state.to);
  const hasDates = reconciliation.date.some(isInPeriod);
  const rows = reconciliation.date.flatMap((date, i) => (hasDates && !isInPeriod(date) ? [] : VERDICTS.map((verdict, verdict_index) => ({
    date: `${date}T00:00`, label: weekdayText(date), verdict, verdict_index, records: reconciliation[verdict][i], sheet: sheetAddress("reconciliation", verdict, date),
    all: number(VERDICTS.reduce((total, name) => total + reconciliation[name][i], 0)),
  }))));
  drawChart(byId("reconciliation-chart"), "reconciliation", { reconciliation: rows }, { onPick: openPicked, describe: describeDate });
};

const verdictCommand = (verdict, date) => {
  const when = date ? `ingest_date = '${date}'` : "true";
  if (verdict === "quarantined") return queryCommand(`from quality.quarantine where ${when}`);
  if (verdict === "unreconciled") return queryCommand(`from quality.reconciliation where unreconciled > 0 and ${when}`);
  return queryCommand(`select l.reason, r.* from quality.ledger l join raw.records r using (record_id, ingest_date) where l.stage = 'stories' and l.verdict = '${verdict}' and ${when}`);
};

const reasonText = (reason) => (reason ? codeText(reason) : "all other reasons");

const recordItem = ([, reason, date, url, file, text, storyId]) =>
  el("li", null, el("span", { class: "relation" }, reasonText(reason)),
    el("span", null, link(url, url, ""), el("small", { dir: "auto" }, [text, file, dayText(date)].filter(Boolean).join(" · "),
      stories.some((story) => story.id === storyId) && [" · ", sheetLink(sheetAddress("story", storyId), "its story", `Story of ${text || url}`)])));

// One verdict, of one ingest date or of all: records by reason, the newest records, and the command that lists all.
const verdictBody = (verdict, date, total) => {
  const dateIndex = data.reconciliation.date.indexOf(date);
  const reasons = data.reconciliation.reasons.filter(([reasonVerdict]) => reasonVerdict === verdict)
    .map(([, stage, reason, ofAllDates, byDate]) => ({ stage, reason, records: date ? byDate[dateIndex] : ofAllDates }))
    .filter((row) => row.records).sort((a, b) => b.records - a.records);
  const records = data.reconciliation.newest_records.filter(([recordVerdict, , day]) => recordVerdict === verdict && (!date || day === date)).slice(0, RECORDS_AT_ONCE);
  const isQuarantine = verdict === "quarantined";
  const reasonTable = reasons.length > 0 && table(
    [heading(verdict === "kept" ? "Kind" : "Reason"), isQuarantine && heading("While reading"), heading("Records", true)],
    reasons.map((row) => el("tr", null, el("th", { scope: "row" }, reasonText(row.reason)), isQuarantine && el("td", null, STAGES[row.stage] ?? row.stage), cell(number(row.records)))));
  const shown = total > records.length ? `The list shows ${records.length ? `the newest ${number(records.length)}` : "none"} of ${number(total)}. ` : "";
  return [
    el("h3", null, `${number(total)} ${VERDICT_MEANINGS[verdict]}`),
    reasonTable,
    records.length > 0 && el("ul", { class: "members" }, records.map(recordItem)),
    el("p", { class: "note" }, shown, "All records: ", el("code", null, verdictCommand(verdict, date))),
  ].filter(Boolean);
};

SHEETS.reconciliation = (verdict, date) => {
  const { reconciliation } = data;
  const dateIndex = reconciliation.date.indexOf(date);
  const isKnown = verdict === "" || VERDICTS.includes(verdict) || verdict === "unreconciled";
  if (!isKnown || (date && dateIndex < 0)) return null;
  const countOf = (name) => (date ? reconciliation[name][dateIndex] : reconciliation.totals[name]);
  const unreconciled = countOf("unreconciled");
  const verdicts = verdict ? [verdict] : [...VERDICTS, "unreconciled"].filter(countOf);
  return {
    title: `${date ? `Records of ${dayText(date)}` : "All records"}${verdict ? `: ${codeText(verdict)}` : ""}`,
    numbers: `${count(countOf("records"), "record")} = ${VERDICTS.map((name) => `${number(countOf(name))} ${name}`).join(" + ")}${unreconciled ? `; ${number(unreconciled)} unreconciled` : ""}`,
    body: verdicts.flatMap((name) => verdictBody(name, date, countOf(name))),
  };
};

// The table is readable without scripts; with scripts its numbers open their records.
const linkTableRows = () => {
  for (const row of document.querySelectorAll("#reconciliation tbody tr[data-date]")) {
    const { date } = row.dataset;
    ["", ...VERDICTS, "unreconciled"].forEach((verdict, i) => {
      const element = row.children[i + 1];
      const value = element.textContent.trim();
      if (value !== "0") element.replaceChildren(sheetLink(sheetAddress("reconciliation", verdict, date), value, `${value} ${verdict} records, ${dayText(date)}`.replace("  ", " ")));
    });
  }
};

const showAges = () => {
  for (const element of document.querySelectorAll("[data-age]")) element.textContent = ageText(element.dataset.age);
  const fresh = byId("fresh");
  if (!fresh) return;
  const days = Math.floor(Date.now() / DAY_MS) - dayNumber(fresh.dataset.date);
  fresh.className = days <= 1 ? "good" : "warn";
  byId("fresh-words").textContent = days <= 1 ? "Data is current" : `Data is ${number(days)} days old`;
};

const startReconciliation = () => {
  if (byId("reconciliation-rows")) fillWhenOpen(byId("reconciliation-rows"), linkTableRows);
  onChange((setting) => setting || showReconciliation());
  showReconciliation();
  showAges();
  setInterval(showAges, 60000);
};
