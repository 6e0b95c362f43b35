import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import wabt from 'wabt';

const source = new URL('../../src/trainer/rows.wat', import.meta.url);

it('the bytes in rows-wasm.ts are what rows.wat compiles to (`vitest run -u` writes them anew)', async () => {
  const { parseWat } = await wabt();
  const compile = (text: string) => {
    const module = parseWat('rows.wat', text, { threads: true });
    return Buffer.from(module.toBinary({}).buffer).toString('base64');
  };
  const text = readFileSync(source, 'utf8');
  const sharedText = text.replace('(memory 0 65536)', '(memory 0 65536 shared)');
  expect(sharedText).not.toBe(text);
  await expect(
    `/** rows.wat, compiled. */\nexport const rowsWasm =\n  '${compile(text)}';\n\n` +
      `/** The same over a memory that threads share. */\nexport const sharedRowsWasm =\n  '${compile(sharedText)}';\n`,
  ).toMatchFileSnapshot('../../src/trainer/rows-wasm.ts');
});
