const units = ['B', 'kB', 'MB', 'GB'];

/**
 * `1.4 MB`, in the powers of ten that download pages use.
 *
 * @param gap between the number and its unit
 */
export function bytesText(value: number, gap = ' '): string {
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)}${gap}${units[unit]}`;
}
