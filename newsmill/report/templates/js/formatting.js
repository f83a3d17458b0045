// Format values as text for readers.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const DAY_MS = 86400000;
const integerFormat = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const decimalFormat = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

const number = (value) => (Number.isInteger(value) || Math.abs(value) >= 100 ? integerFormat : decimalFormat).format(value);
const signed = (value) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${number(Math.abs(value))}`;
const percent = (share) => (share > 0 && share < 0.01 ? "<1%" : `${Math.round(100 * share)}%`);
const count = (value, singular, plural) => `${number(value)} ${value === 1 ? singular : plural ?? `${singular}s`}`;
// A day is its number since 1970 in UTC, so that the browser's time zone does not shift it.
const dayNumber = (iso) => Math.floor(Date.parse(`${iso.slice(0, 10)}T00:00Z`) / DAY_MS);
const isoDay = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);
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
  if (minutes < 1) return "less than a minute";
  if (minutes < 90) return count(Math.round(minutes), "minute");
  if (minutes < 36 * 60) return count(Math.round(minutes / 60), "hour");
  return count(Math.round(minutes / 1440), "day");
};

const ageText = (iso) => {
  const minutes = (Date.now() - Date.parse(iso.length > 10 ? `${iso.slice(0, 19)}Z` : `${iso}T00:00Z`)) / 60000;
  if (iso.length <= 10) {
    const days = Math.floor(Date.now() / DAY_MS) - dayNumber(iso);
    return days === 0 ? "today" : days === 1 ? "yesterday" : days < 0 ? "in the future" : `${number(days)} days ago`;
  }
  return minutes < 0 ? "in the future" : minutes < 2 ? "just now" : `${durationText(minutes)} ago`;
};

// A change from 0 has no ratio: it is shown as a number.
const changeText = (now, before) => {
  if (now === before) return "same";
  if (before === 0) return `${signed(now)}, from none`;
  const ratio = now / before;
  return ratio >= 3 ? `×${number(ratio)}` : `${signed(Math.round(100 * (ratio - 1)))}%`;
};
