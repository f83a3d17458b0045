// Records by ingest date: kept, merged, quarantined, and what stands behind each number; and how old everything is.
const VERDICTS = ["kept", "merged", "quarantined"];
const MEANINGS = { kept: "kept: pages that stand for their story, by kind", merged: "merged: pages that went into the story of another", quarantined: "quarantined: set aside, with a reason", unreconciled: "unaccounted for: without exactly one verdict" };
const STAGES = { raw: "the file", pages: "the page", stories: "the story" };
const RECORDS_AT_ONCE = 25;

const showReconciliation = () => {
  if (!at("reconciliation-chart")) return;
  const inPeriod = (date) => !slots || (dayNumber(date) >= state.from && dayNumber(date) <= state.to);
  const some = facts.reconciliation.date.some(inPeriod);
  const rows = facts.reconciliation.date.flatMap((date, i) => (some && !inPeriod(date) ? [] : VERDICTS.map((verdict, place) => ({
    date: `${date}T00:00`, label: weekdayText(date), verdict, place, records: facts.reconciliation[verdict][i], show: showing("reconciliation", verdict, date),
    all: number(VERDICTS.reduce((total, one) => total + facts.reconciliation[one][i], 0)),
  }))));
  draw(at("reconciliation-chart"), "reconciliation", { reconciliation: rows }, { onPick: pick, tell: describeBar });
};

const verdictQuery = (verdict, date) => {
  const when = date ? `ingest_date = '${date}'` : "true";
  if (verdict === "quarantined") return command(`from quality.quarantine where ${when}`);
  if (verdict === "unreconciled") return command(`from quality.reconciliation where unreconciled > 0 and ${when}`);
  return command(`select l.reason, r.* from quality.ledger l join raw.records r using (record_id, ingest_date) where l.stage = 'stories' and l.verdict = '${verdict}' and ${when}`);
};

const reasonText = (reason) => (reason ? relationText(reason) : "all other reasons");

const recordItem = ([, reason, date, url, file, text, story]) =>
  el("li", null, el("span", { class: "relation" }, reasonText(reason)),
    el("span", null, link(url, url, ""), el("small", { dir: "auto" }, [text, file, dayText(date)].filter(Boolean).join(" · "),
      stories.some((one) => one.id === story) && [" · ", behind(showing("story", story), "its story", `The story of ${text || url}`)])));

// One verdict, of one ingest date or of all: how many for what reason, the newest records, and what lists them all.
const verdictBody = (verdict, date, all) => {
  const place = facts.reconciliation.date.indexOf(date);
  const parts = facts.reconciliation.parts.filter(([own]) => own === verdict).map(([, stage, reason, total, byDate]) =>
    ({ stage, reason, records: date ? byDate[place] : total })).filter((one) => one.records).sort((a, b) => b.records - a.records);
  const records = facts.reconciliation.newest.filter(([own, , day]) => own === verdict && (!date || day === date)).slice(0, RECORDS_AT_ONCE);
  const why = parts.length > 0 && table(
    [heading(verdict === "kept" ? "Kind" : "Reason"), verdict === "quarantined" && heading("While reading"), heading("Records", true)],
    parts.map((one) => el("tr", null, el("th", { scope: "row" }, reasonText(one.reason)), verdict === "quarantined" && el("td", null, STAGES[one.stage] ?? one.stage), cell(number(one.records)))));
  return [
    el("h3", null, `${number(all)} ${MEANINGS[verdict]}`),
    why,
    records.length > 0 && el("ul", { class: "members" }, records.map(recordItem)),
    el("p", { class: "note" }, all > records.length ? `${number(records.length)} of ${number(all)} stand here${records.length ? ", the newest" : ""}. ` : "", "All of them: ", el("code", null, verdictQuery(verdict, date))),
  ].filter(Boolean);
};

QUESTIONS.reconciliation = (verdict, date) => {
  const place = facts.reconciliation.date.indexOf(date);
  const known = verdict === "" || VERDICTS.includes(verdict) || verdict === "unreconciled";
  if (!known || (date && place < 0)) return null;
  const of = (one) => (date ? facts.reconciliation[one][place] : facts.reconciliation.all[one]);
  const unsettled = of("unreconciled");
  const asked = verdict ? [verdict] : [...VERDICTS, "unreconciled"].filter(of);
  return {
    title: `${date ? `Records of ${dayText(date)}` : "All records"}${verdict ? `: ${relationText(verdict)}` : ""}`,
    numbers: `${number(of("records"))} came in = ${VERDICTS.map((one) => `${number(of(one))} ${one}`).join(" + ")}${unsettled ? `; ${number(unsettled)} unaccounted for` : ""}`,
    body: asked.flatMap((one) => verdictBody(one, date, of(one))),
  };
};

// The table stands without scripts; with them each of its numbers leads to its records.
const linkRows = () => {
  for (const row of document.querySelectorAll("#reconciliation tbody tr[data-date]")) {
    ["", ...VERDICTS, "unreconciled"].forEach((verdict, i) => {
      const place = row.children[i + 1];
      const value = place.textContent.trim();
      if (value !== "0") place.replaceChildren(behind(showing("reconciliation", verdict, row.dataset.date), value, `${value} records ${verdict ? relationText(verdict) : "came in"}, ${dayText(row.dataset.date)}`));
    });
  }
};

const showAges = () => {
  for (const place of document.querySelectorAll("[data-age]")) place.textContent = agoText(place.dataset.age);
  const fresh = at("fresh");
  if (!fresh) return;
  const days = Math.floor(Date.now() / DAY) - dayNumber(fresh.dataset.date);
  fresh.className = days <= 1 ? "good" : "warn";
  at("fresh-words").textContent = days <= 1 ? "Data is current" : `Data is ${number(days)} days old`;
};

const startReconciliation = () => {
  if (at("reconciliation-rows")) onOpen(at("reconciliation-rows"), linkRows);
  onChange((only) => only || showReconciliation());
  showReconciliation();
  showAges();
  setInterval(showAges, 60000);
};
