// Light and dark: as the system has it, until someone says otherwise.
const page = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

// Storage may be forbidden to a page opened from a file.
const remembered = {
  get() {
    try { return localStorage.getItem("newsmill-theme"); } catch { return null; }
  },
  set(theme) {
    try { localStorage.setItem("newsmill-theme", theme); } catch { /* then it lasts as long as the page does */ }
  },
};

const isDark = () => (page.dataset.theme ? page.dataset.theme === "dark" : dark.matches);

const themeButton = at("theme");
const showTheme = () => {
  themeButton.textContent = isDark() ? "Light" : "Dark";
  themeButton.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
};

const startTheme = () => {
  const known = remembered.get();
  if (known === "dark" || known === "light") page.dataset.theme = known;
  showTheme();
  themeButton.addEventListener("click", () => {
    page.dataset.theme = isDark() ? "light" : "dark";
    remembered.set(page.dataset.theme);
    showTheme();
  });
  dark.addEventListener("change", showTheme);
};
