/** Colours of VS Code's theme for what is drawn on a canvas, where CSS variables do not reach. */
export type Color = `--vscode-${string}`;

const known = new Map<Color, string>();

/** The value of a theme variable, now. */
export function themeColor(name: Color): string {
  let value = known.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim() || 'gray';
    known.set(name, value);
  }
  return value;
}

/** A theme colour with only a share of its opacity. */
export function faint(name: Color, share: number): string {
  return `color-mix(in srgb, ${themeColor(name)} ${100 * share}%, transparent)`;
}

/** Calls back when the person changes the theme; returns how to stop that. */
export function onThemeChange(callback: () => void): () => void {
  const observer = new MutationObserver(() => {
    known.clear();
    callback();
  });
  const attributes = { attributes: true, attributeFilter: ['class', 'style', 'data-vscode-theme-id'] };
  observer.observe(document.documentElement, attributes);
  observer.observe(document.body, attributes);
  return () => observer.disconnect();
}

/**
 * One for each run that is compared; in an order that the colour-blind can tell apart. Orange is not among them:
 * in VS Code's own themes it is nearly transparent, or missing.
 */
export const runColors: readonly Color[] = [
  '--vscode-charts-blue',
  '--vscode-charts-yellow',
  '--vscode-charts-purple',
  '--vscode-charts-green',
  '--vscode-charts-red',
  '--vscode-charts-foreground',
];
