// The stories of the chosen topics and period, sorted by how they spread.
const SORTS = {
  outlets: ["Widest", (a, b) => b.outlets - a.outlets || b.pages - a.pages || (a.first < b.first ? 1 : -1)],
  fastest: ["Fastest", (a, b) => outletsPerHour(b) - outletsPerHour(a) || b.outlets - a.outlets],
  longest: ["Longest", (a, b) => durationMinutes(b) - durationMinutes(a)],
  newest: ["Newest", (a, b) => (a.first < b.first ? 1 : a.first > b.first ? -1 : 0)],
};
const STORIES_AT_ONCE = 10;
const MORE_STORIES = 20;
let storiesShown = STORIES_AT_ONCE;

// Outlets per hour until half of them had the story; at least an hour, because times are not more precise.
const outletsPerHour = (story) => (story.outlets < 3 || story.day_only ? 0 : story.outlets / 2 / Math.max(story.minutes_to_half / 60, 1));

const hasTopicIn = (story, from, to, chosen) => chosen.some((topic) => countPages(story, topic, from, to) > 0);
// Stories that only teasers connect with the chosen topics; they count for none of them.
const isTeasedIn = (story, from, to, chosen) => !hasTopicIn(story, from, to, chosen) && chosen.some((topic) => countTeaserPages(story, topic, from, to) > 0);

// Search for all words in title, sites and sentences; case and character width do not matter.
const foldText = (text) => text.normalize("NFKC").toLowerCase();
const searchTexts = new Map();

const matchesWords = (story, words) => {
  if (!searchTexts.has(story)) {
    const sentences = story.sentences.map(([, , before, phrase, after]) => before + phrase + after);
    searchTexts.set(story, foldText([story.title, story.site, ...story.members.map(([, , site]) => site), ...sentences].join(" ")));
  }
  return words.every((word) => searchTexts.get(story).includes(word));
};

const findStories = (words, sort) => {
  const { from, to } = period();
  const chosen = chosenTopics();
  const matches = words.length ? stories.filter((story) => matchesWords(story, words)) : stories;
  if (!topics.length) return matches.filter((story) => firstDay(story) <= state.to && lastDay(story) >= state.from).sort(SORTS[sort][1]);
  return matches.filter((story) => hasTopicIn(story, from, to, chosen)).sort(SORTS[sort][1]);
};

const sortButton = (name, chosen) => el("button", {
  type: "button", "data-sort": name, "aria-pressed": String(name === chosen),
  onclick: () => { state.sort = name === "outlets" ? "" : name; notifyChange("sort"); byId("sorts").querySelector(`[data-sort="${name}"]`).focus(); },
}, SORTS[name][0]);

const noStoriesText = (words) => {
  if (words.length) return `No story in this file contains these words, ${periodText()}. newsmill search finds them in all texts.`;
  const ofTopics = topics.length ? ` of ${state.topics.length ? "the chosen topics" : "a topic"}` : "";
  return `No story${ofTopics} in this file, ${periodText()}.`;
};

const storyNoteText = (words, topic, found) => {
  const { from, to } = period();
  const all = topics.length ? countDistinct(topic ?? ANY_TOPIC, "stories", from, to) : 0;
  const isCounted = state.topics.length <= 1 && !words.length && all > found;
  const shown = isCounted ? ` This file contains ${number(found)} of the ${count(all, "story", "stories")} of this period.` : "";
  return topics.length ? `Stories with a topic, ${periodText()}.${shown}` : `Stories, ${periodText()}.`;
};

const showStories = () => {
  const sort = SORTS[state.sort] ? state.sort : "outlets";
  const words = foldText(state.find).split(/\s+/).filter(Boolean);
  const found = findStories(words, sort);
  const topic = state.topics.length === 1 ? state.topics[0] : undefined;
  byId("sorts").replaceChildren(...Object.keys(SORTS).map((name) => sortButton(name, sort)));
  byId("story-list").replaceChildren(...found.slice(0, storiesShown).map((story) => storyItem(story, topic)));
  byId("no-stories").hidden = found.length > 0;
  byId("no-stories").textContent = noStoriesText(words);
  byId("more-stories").hidden = found.length <= storiesShown;
  byId("more-stories").textContent = `${Math.min(found.length - storiesShown, MORE_STORIES)} more of ${count(found.length, "story", "stories")}`;
  byId("story-note").textContent = storyNoteText(words, topic, found.length);
};

const startStories = () => {
  if (!timeBuckets) return;
  byId("more-stories").addEventListener("click", () => { storiesShown += MORE_STORIES; showStories(); });
  byId("find").value = state.find;
  byId("find").addEventListener("input", () => { state.find = byId("find").value; notifyChange("sort"); });
  onChange((setting) => {
    if (setting && setting !== "sort") return;
    if (document.activeElement !== byId("find")) byId("find").value = state.find;
    storiesShown = STORIES_AT_ONCE;
    showStories();
  });
  showStories();
};
