/** Numbers and times as the page writes them: the same in every locale, with thin spaces that never break. */
import { bytesText } from '../src/protocol/bytes';

const thin = '\u202f';
const nothing = '–';

/** `87.4 %` */
export function percent(share: number | null | undefined, digits = 1): string {
  return isNumber(share) ? `${(share * 100).toFixed(digits)}${thin}%` : nothing;
}

/** A loss with as many digits as the command line prints; as a power of ten where it is huge or tiny. */
export function loss(value: number | null | undefined): string {
  if (!isNumber(value)) return nothing;
  const size = Math.abs(value);
  return size >= 100_000 || (size !== 0 && size < 0.001) ? value.toExponential(1) : value.toFixed(4);
}

/** `0.001`, `3e-5`: few digits, whatever the size. */
export function rate(value: number | null | undefined): string {
  if (!isNumber(value)) return nothing;
  if (value !== 0 && Math.abs(value) < 0.0001) return value.toExponential(2).replace(/\.?0+e/, 'e');
  return String(Number(value.toPrecision(3)));
}

/** `1 234` */
export function count(value: number | null | undefined): string {
  return isNumber(value) ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, thin) : nothing;
}

/** `1 row`, `1 234 rows` */
export function countOf(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** `0.4 s`, `41 s`, `3 min 05 s`, `2 h 07 min` */
export function duration(seconds: number | null | undefined): string {
  if (!isNumber(seconds)) return nothing;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${thin}s`;
  return clock(seconds);
}

/** The same in whole seconds, for what ticks: `4 s`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}${thin}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${thin}min ${twoDigits(whole % 60)}${thin}s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)}${thin}h ${twoDigits(minutes % 60)}${thin}min`;
}

/** `2026-07-04 14:02`, where the person is. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return nothing;
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join('-');
  return `${date} ${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

/** `0.912`: a score between 0 and 1 that is no share of anything. */
export function decimal(value: number | null | undefined): string {
  return isNumber(value) ? value.toFixed(3) : nothing;
}

/** `1.4 MB`, in the powers of ten that download pages use. */
export function bytes(value: number): string {
  return bytesText(value, thin);
}

/** `85.1–89.5 %` */
export function percentRange({ low, high }: { low: number; high: number }): string {
  return `${(low * 100).toFixed(1)}–${percent(high)}`;
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
