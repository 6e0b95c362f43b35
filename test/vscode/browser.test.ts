import { describe, expect, it } from 'vitest';
import { findChromium } from './browser';
import { Unavailable } from './install';

describe('Chromium', () => {
  it('is what the variable CHROMIUM names', () => {
    expect(findChromium({ CHROMIUM: process.execPath })).toBe(process.execPath);
  });

  it('is never something else than the variable names', () => {
    expect(() => findChromium({ CHROMIUM: '/no/such/program', PATH: process.env.PATH })).toThrow(Unavailable);
  });
});
