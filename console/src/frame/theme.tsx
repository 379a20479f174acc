import { useEffect, useState } from 'preact/hooks';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const KEY = 'holdfast-theme';

/** Switches between the system's colours, light and dark. The choice is kept. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(
    THEMES.find((each) => each === localStorage.getItem(KEY)) ?? 'auto',
  );
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(KEY, theme);
  }, [theme]);
  return (
    <label class="theme">
      <span>Colours</span>
      <select
        value={theme}
        onChange={({ currentTarget }) => setTheme(currentTarget.value as Theme)}
      >
        {THEMES.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}
