// Light and dark theme: as the system has it, until the reader switches.
const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");

// Browsers may forbid storage for a page opened from a file; the choice then lasts until the page is closed.
const storedTheme = {
  get() {
    try { return localStorage.getItem("newsmill-theme"); } catch { return null; }
  },
  set(theme) {
    try { localStorage.setItem("newsmill-theme", theme); } catch { /* see above */ }
  },
};

const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);

const themeButton = byId("theme");
const showTheme = () => {
  themeButton.textContent = isDark() ? "Light" : "Dark";
  themeButton.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colors`);
};

const startTheme = () => {
  const theme = storedTheme.get();
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  showTheme();
  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    storedTheme.set(root.dataset.theme);
    showTheme();
  });
  systemDark.addEventListener("change", showTheme);
};
