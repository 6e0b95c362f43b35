import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { annotate, annotationsFile, readAnnotations } from '../../src/runs/annotations';
import { humanErrorOf, temporaryFolder } from './support';

describe('annotations', () => {
  it('are none where nobody said anything', () => {
    expect(readAnnotations(temporaryFolder())).toEqual({ note: '', starred: false });
  });

  it('are read as they were written, each change on top of the others', () => {
    const folder = temporaryFolder();
    annotate(folder, { name: '"quoted" \u2028 <b>$(trash)</b>' });
    annotate(folder, { note: 'two\nlines' });
    annotate(folder, { starred: true });
    const name = '"quoted" \u2028 <b>$(trash)</b>';
    expect(readAnnotations(folder)).toEqual({ name, note: 'two\nlines', starred: true });
    annotate(folder, { name: undefined, starred: false });
    expect(readAnnotations(folder)).toEqual({ note: 'two\nlines', starred: false });
    expect(readdirSync(folder)).toEqual(['annotations.json']);
  });

  it.each(['', '{', 'null', '[]', '"text"', '{"name":3,"note":{},"starred":"yes"}', '{"name":""}'])(
    'are none in a damaged file: %s',
    (text) => {
      const folder = temporaryFolder();
      writeFileSync(annotationsFile(folder), text);
      expect(readAnnotations(folder)).toEqual({ note: '', starred: false });
      annotate(folder, { note: 'mended' });
      expect(readAnnotations(folder)).toMatchObject({ note: 'mended' });
    },
  );

  it('keep what is sound beside what is damaged', () => {
    const folder = temporaryFolder();
    writeFileSync(annotationsFile(folder), '{"name":7,"note":"kept","starred":true,"unknown":1}');
    expect(readAnnotations(folder)).toEqual({ note: 'kept', starred: true });
  });

  it('say in words why they can not be written', () => {
    const folder = join(temporaryFolder(), 'gone');
    expect(humanErrorOf(() => annotate(folder, { note: 'x' })).place).toEqual({
      file: annotationsFile(folder),
    });
  });

  it.skipIf(process.getuid?.() === 0)('leave the old file whole where the new one can not be written', () => {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    annotate(folder, { note: 'old' });
    chmodSync(folder, 0o500);
    humanErrorOf(() => annotate(folder, { note: 'new' }));
    chmodSync(folder, 0o700);
    expect(JSON.parse(readFileSync(annotationsFile(folder), 'utf8'))).toMatchObject({ note: 'old' });
  });
});
