const nothing = '–';

/** A share between 0 and 1 as `93.5%`. */
export function percent(share: number | null): string {
  return share === null ? nothing : `${(share * 100).toFixed(1)}%`;
}

/** A figure that is no share, such as a correlation: `0.935`. */
export function score(value: number | null): string {
  return value === null ? nothing : value.toFixed(3);
}

/** A loss, with more digits the smaller it is; as a power of ten where it is huge or tiny. */
export function loss(value: number | null): string {
  if (value === null) return nothing;
  const size = Math.abs(value);
  return size >= 100_000 || (size !== 0 && size < 0.001) ? value.toExponential(1) : value.toFixed(4);
}

/** `0.4 s`, `41 s`, `3 min 05 s`, `2 h 07 min` */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** How long ago, in the largest whole unit: `just now`, `5 min ago`, `3 d ago`. */
export function age(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const;
  const unit = units.find(([, size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[1])} ${unit[0]} ago` : 'just now';
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
