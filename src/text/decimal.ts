const maxExactDigits = 15;
const powersOfTen = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/**
 * The number that ASCII bytes `start` to `end` spell, or NaN if they spell none or none that is finite.
 *
 * Up to 15 digits without exponent are read at a fraction of Number's time and equal to its result: digits
 * and power of ten are exact doubles then, and one division rounds correctly.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  const negative = bytes[i] === 0x2d;
  if (negative) i++;
  let digits = 0;
  let value = 0;
  let point = -1;
  for (; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30);
      digits++;
    } else if (byte === 0x2e && point < 0) {
      point = digits;
    } else {
      return parseSlowly(bytes, start, end);
    }
  }
  if (digits === 0 || digits > maxExactDigits) return parseSlowly(bytes, start, end);
  if (point >= 0) value /= powersOfTen[digits - point]!;
  return negative ? -value : value;
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 100)));
  const value = end - start <= 100 && plainNumber.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
