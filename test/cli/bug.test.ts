import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { textclf, workspace } from './support';

const place = workspace();
/** Loaded before the program, makes something fail that never does. */
const sabotage = place.write(
  'sabotage.mjs',
  `const { cwd } = process;
   process.cwd = () => {
     if (new Error().stack.includes('rootOf')) throw new TypeError('broken \\u001b[2J on purpose');
     return cwd();
   };`,
);
const env = { NODE_OPTIONS: `--import=${pathToFileURL(sabotage).href}` };

describe('a bug', () => {
  it('ends with code 2, its stack, and a word on whose fault it is', async () => {
    const { code, stdout, stderr } = await textclf(['runs'], { cwd: place.folder, env });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^TypeError: broken ␛\[2J on purpose\n {4}at /);
    expect(stderr).toContain('This is a bug in textclf');
    expect(code).toBe(2);
  });

  it('is told as JSON too', async () => {
    const { code, stdout, stderr } = await textclf(['runs', '--json'], { cwd: place.folder, env });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { message: 'broken \u001b[2J on purpose', bug: true },
    });
    expect(stderr).toContain('    at ');
    expect(code).toBe(2);
  });
});
