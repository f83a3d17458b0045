// The stories of what is chosen, by how far, how fast or how lately they spread.
const SORTS = {
  outlets: ["Widest", (a, b) => b.outlets - a.outlets || b.pages - a.pages || (a.first < b.first ? 1 : -1)],
  fastest: ["Fastest", (a, b) => speed(b) - speed(a) || b.outlets - a.outlets],
  longest: ["Longest", (a, b) => lasted(b) - lasted(a)],
  newest: ["Newest", (a, b) => (a.first < b.first ? 1 : a.first > b.first ? -1 : 0)],
};
const STORIES_AT_ONCE = 10;
let storiesShown = STORIES_AT_ONCE;

// Outlets an hour until half of them had it; an hour is the least that dates can tell.
const speed = (story) => (story.outlets < 3 || story.dayOnly ? 0 : story.outlets / 2 / Math.max(story.half / 60, 1));

const isChosen = (story, from, to, chosen) => chosen.some((topic) => pagesIn(story, topic, from, to) > 0);

const teaserLast = (chosen) => (a, b) => {
  const only = (story) => story.told.filter((one) => chosen.includes(one.topic)).every((one) => one.strength === "teaser");
  return Number(only(a)) - Number(only(b));
};

// Every word must stand in the title, a site, or a sentence, in whatever case or width it is written.
const folded = (text) => text.normalize("NFKC").toLowerCase();
const wording = new Map();

const says = (story, words) => {
  if (!wording.has(story)) {
    const said = story.said.map(([, , before, phrase, after]) => before + phrase + after);
    wording.set(story, folded([story.title, story.site, ...story.members.map(([, , site]) => site), ...said].join(" ")));
  }
  return words.every((word) => wording.get(story).includes(word));
};

const showStories = () => {
  const { from, to } = period();
  const chosen = chosenTopics();
  const sort = SORTS[state.sort] ? state.sort : "outlets";
  const words = folded(state.find).split(/\s+/).filter(Boolean);
  const held = words.length ? stories.filter((story) => says(story, words)) : stories;
  const found = topics.length
    ? held.filter((story) => isChosen(story, from, to, chosen)).sort((a, b) => teaserLast(chosen)(a, b) || SORTS[sort][1](a, b))
    : held.filter((story) => firstDay(story) <= state.to && lastDay(story) >= state.from).sort(SORTS[sort][1]);
  at("sorts").replaceChildren(...Object.entries(SORTS).map(([name, [title]]) => el("button", {
    type: "button", "data-sort": name, "aria-pressed": String(name === sort),
    onclick: () => { state.sort = name === "outlets" ? "" : name; changed("sort"); at("sorts").querySelector(`[data-sort="${name}"]`).focus(); },
  }, title)));
  const alone = chosen.length === 1 && state.topics.length ? chosen[0] : undefined;
  at("story-list").replaceChildren(...found.slice(0, storiesShown).map((story) => storyItem(story, alone)));
  at("no-stories").hidden = found.length > 0;
  at("no-stories").textContent = words.length ? `No story held here says that, ${periodText()}. newsmill search looks through all texts.` : `No story ${topics.length ? `of ${state.topics.length ? "the chosen topics" : "a topic"} ` : ""}in this file, ${periodText()}.`;
  at("more-stories").hidden = found.length <= storiesShown;
  at("more-stories").textContent = `${Math.min(found.length - storiesShown, 20)} more of ${count(found.length, "story", "stories")}`;
  const all = topics.length ? distinct(alone ?? ANY, "stories", from, to) : 0;
  const some = state.topics.length > 1 || words.length ? "" : all > found.length ? ` This file holds ${number(found.length)} of ${count(all, "story", "stories")} of these days.` : "";
  at("story-note").textContent = `Stories ${topics.length ? "with a topic " : ""}told ${periodText()}; those that only a teaser names come last.${some}`;
};

const startStories = () => {
  if (!slots) return;
  at("more-stories").addEventListener("click", () => { storiesShown += 20; showStories(); });
  at("find").value = state.find;
  at("find").addEventListener("input", () => { state.find = at("find").value; changed("sort"); });
  onChange((only) => {
    if (only && only !== "sort") return;
    if (document.activeElement !== at("find")) at("find").value = state.find;
    storiesShown = STORIES_AT_ONCE;
    showStories();
  });
  showStories();
};
