// How values are written for a person.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const DAY = 86400000;
const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

const number = (value) => (Number.isInteger(value) || Math.abs(value) >= 100 ? plain : precise).format(value);
const signed = (value) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${number(Math.abs(value))}`;
const percent = (share) => (share > 0 && share < 0.01 ? "<1%" : `${Math.round(100 * share)}%`);
const count = (value, one, many) => `${number(value)} ${value === 1 ? one : many ?? `${one}s`}`;
// Days are counted in UTC throughout, so that a day stays that day wherever it is read.
const dayNumber = (iso) => Math.floor(Date.parse(`${iso.slice(0, 10)}T00:00Z`) / DAY);
const isoDay = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const dateParts = (iso) => iso.slice(0, 10).split("-").map(Number);

const dayText = (iso) => {
  const [year, month, day] = dateParts(iso);
  return `${day} ${MONTHS[month - 1]} ${year}`;
};

const weekdayText = (iso) => `${WEEKDAYS[(dayNumber(iso) + 4) % 7]} ${dayText(iso)}`;

const daysText = (from, to) => {
  if (from === to) return dayText(from);
  const [year, month, day] = dateParts(from);
  const [lastYear, lastMonth] = dateParts(to);
  if (year !== lastYear) return `${dayText(from)} to ${dayText(to)}`;
  return `${day}${month === lastMonth ? "" : ` ${MONTHS[month - 1]}`} to ${dayText(to)}`;
};

const momentText = (iso) => `${dayText(iso)}, ${iso.slice(11, 16)} UTC`;

const durationText = (minutes) => {
  if (minutes < 1) return "the same minute";
  if (minutes < 90) return count(Math.round(minutes), "minute");
  if (minutes < 36 * 60) return count(Math.round(minutes / 60), "hour");
  return count(Math.round(minutes / 1440), "day");
};

const agoText = (iso) => {
  const minutes = (Date.now() - Date.parse(iso.length > 10 ? `${iso.slice(0, 19)}Z` : `${iso}T00:00Z`)) / 60000;
  if (iso.length <= 10) {
    const days = Math.floor(Date.now() / DAY) - dayNumber(iso);
    return days === 0 ? "today" : days === 1 ? "yesterday" : days < 0 ? "ahead of today" : `${number(days)} days ago`;
  }
  return minutes < 0 ? "ahead of this clock" : minutes < 2 ? "just now" : `${durationText(minutes)} ago`;
};

// "more" than nothing is no ratio: it is told as a number.
const changeText = (now, before) => {
  if (now === before) return "same";
  if (before === 0) return `${signed(now)}, from none`;
  const ratio = now / before;
  return ratio >= 3 ? `×${number(ratio)}` : `${signed(Math.round(100 * (ratio - 1)))}%`;
};
