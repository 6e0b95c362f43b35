/** What a training says of labels that look wrong, and `textclf runs labels`. */
import { describe, expect, it } from 'vitest';
import { jsonLines, textclf, workspace } from './support';

const place = workspace();
const wrong = [7, 27, 47, 67, 87, 107];
const rows = Array.from({ length: 120 }, (_, i) => {
  const isGood = (i % 2 === 0) !== wrong.includes(i + 2);
  return `"film ${i % 9} was a ${i % 2 === 0 ? 'great' : 'boring'} \u001b[31mone",${isGood ? 'good' : 'bad'}`;
});
place.write('train.csv', `text,label\n${rows.join('\n')}\n`);
const experiment = (validation: unknown) =>
  JSON.stringify({ data: { train: 'train.csv', validation }, model: { type: 'baseline' } });
place.write('folds.textclf.json', experiment({ folds: 4 }));
place.write('few.textclf.json', experiment(0.2));

const command = (...args: string[]) => textclf(args, { cwd: place.folder });

describe('labels that look wrong', async () => {
  const trained = await command('train', 'folds.textclf.json');

  it('are counted at the end of a training, with the command that lists them', async () => {
    expect(trained).toMatchObject({ code: 0, stderr: '' });
    expect(trained.stdout).toMatch(
      /\n6 of 120 training rows may be mislabelled: textclf runs labels \d{8}-\d{6}-folds-[0-9a-f]{4}\n/,
    );
  });

  it('are listed with their place, both labels, how sure it is and the text, which sends no escapes', async () => {
    const { code, stdout } = await command('runs', 'labels', 'latest');
    expect(code).toBe(0);
    const [summary, ...lines] = stdout.trim().split('\n');
    expect(summary).toBe('6 of 120 training rows may be mislabelled');
    expect(lines).toHaveLength(6);
    const lineNumbers = lines.map((line) => {
      const [, number] =
        /^train\.csv:(\d+) +(?:good +→ +bad|bad +→ +good) +\d+\.\d% {2}film \d was a (?:great|boring) ␛\[31mone$/.exec(
          line,
        ) ?? [];
      return Number(number);
    });
    expect(lineNumbers.sort((a, b) => a - b)).toEqual(wrong);
  });

  it('are cut at the limit, and all given as JSON', async () => {
    const { stdout } = await command('runs', 'labels', 'latest', '--limit', '2');
    expect(stdout.trim().split('\n').slice(1)).toEqual([
      expect.stringMatching(/^train/),
      expect.stringMatching(/^train/),
      '… 4 more: --limit 6',
    ]);
    const json = await command('runs', 'labels', 'latest', '--limit', '2', '--json');
    const [report] = jsonLines(json.stdout) as { found: { line: number }[] }[];
    expect(report).toMatchObject({ by: 'folds', rows: 120, issues: 6, labels: ['bad', 'good'] });
    expect(report!.found.map(({ line }) => line).sort((a, b) => a - b)).toEqual(wrong);
  });

  it('are shown again with the run', async () => {
    const { stdout } = await command('runs', 'show', 'latest');
    expect(stdout).toContain('6 of 120 training rows may be mislabelled');
  });

  it('are with the run that stands for the folds', async () => {
    const { stdout } = await command('runs', '--all', '--json');
    const [listed] = jsonLines(stdout) as { id: string; parent?: { id: string } }[][];
    const fold = listed!.find(({ parent }) => parent)!;
    const { code, stderr } = await command('runs', 'labels', fold.id);
    expect(code).toBe(1);
    expect(stderr).toContain(`textclf runs labels ${fold.parent!.id}`);
  });

  it('are said not to be judged where there were too few rows', async () => {
    const few = await command('train', 'few.textclf.json');
    expect(few.stdout).not.toContain('mislabelled');
    const { code, stderr } = await command('runs', 'labels', 'latest');
    expect(code).toBe(1);
    expect(stderr).toMatch(/has judged no labels\.\n.*50 at least/s);
  });

  it.each(['0', '1.5', 'many'])('take no limit of %s', async (limit) => {
    const { code, stderr } = await command('runs', 'labels', 'latest', '--limit', limit);
    expect(code).toBe(1);
    expect(stderr).toContain('whole number');
  });
});
