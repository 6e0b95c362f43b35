/** Labels and status bars draw `$(name)` as an icon; what comes from files and persons is to stay as it is. */
export function withoutIcons(text: string): string {
  // A zero-width space: escaping with a backslash is not understood everywhere.
  return text.replaceAll('$(', '$\u200b(');
}

/** Notifications turn `[title](command:id)` into a link that runs the command; nothing from a file may do that. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', ']\u200b(');
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** How long ago, in the largest whole unit: `just now`, `5 min ago`, `3 d ago`. */
export function ageText(time: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000;
  const unit = units.find(([, size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[1])} ${unit[0]} ago` : 'just now';
}
