// Records by ingest date: kept, merged, quarantined; and how old everything is, by this browser's clock.
const VERDICTS = ["kept", "merged", "quarantined"];

const showBooks = () => {
  if (!at("books-chart")) return;
  const inPeriod = (date) => !slots || (dayNumber(date) >= state.from && dayNumber(date) <= state.to);
  const some = facts.books.date.some(inPeriod);
  const rows = facts.books.date.flatMap((date, i) => (some && !inPeriod(date) ? [] : VERDICTS.map((verdict, place) => ({
    date: `${date}T00:00`, label: weekdayText(date), verdict, place, records: facts.books[verdict][i],
    all: number(VERDICTS.reduce((total, one) => total + facts.books[one][i], 0)),
  }))));
  draw(at("books-chart"), "books", { books: rows }, { onPick: pickBook, tell: tellBook });
};

const pickBook = (datum) => { if (datum.verdict === "quarantined") at("quarantine").scrollIntoView(); };

const showAges = () => {
  for (const place of document.querySelectorAll("[data-age]")) place.textContent = agoText(place.dataset.age);
  const fresh = at("fresh");
  if (!fresh) return;
  const days = Math.floor(Date.now() / DAY) - dayNumber(fresh.dataset.date);
  fresh.className = days <= 1 ? "good" : "warn";
  at("fresh-words").textContent = days <= 1 ? "Data is current" : `Data is ${number(days)} days old`;
};

const startBooks = () => {
  onChange((only) => only || showBooks());
  showBooks();
  showAges();
  setInterval(showAges, 60000);
};
