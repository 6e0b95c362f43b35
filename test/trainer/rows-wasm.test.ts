import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import wabt from 'wabt';

const source = new URL('../../src/trainer/rows.wat', import.meta.url);

it('the bytes in rows-wasm.ts are what rows.wat compiles to (`vitest run -u` writes them anew)', async () => {
  const module = (await wabt()).parseWat('rows.wat', readFileSync(source, 'utf8'));
  const bytes = Buffer.from(module.toBinary({}).buffer).toString('base64');
  await expect(`/** rows.wat, compiled. */\nexport const rowsWasm =\n  '${bytes}';\n`).toMatchFileSnapshot(
    '../../src/trainer/rows-wasm.ts',
  );
});
