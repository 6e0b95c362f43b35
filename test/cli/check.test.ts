import { describe, expect, it } from 'vitest';
import { mails, quickExperiment, textclf, workspace } from './support';

const place = workspace();
// Each text is another one: copies are a problem of their own.
place.write('train.csv', numbered(mails(60), 'mail'));
place.write('test.csv', numbered(mails(12), 'later'));
place.write('good.textclf.json', quickExperiment());

function numbered(csv: string, word: string): string {
  let row = 0;
  return csv.replace(/,(?=ham|spam)/g, () => ` ${word} ${row++},`);
}

/** An experiment with other data or another model. */
function write(name: string, changes: object): void {
  place.write(name, JSON.stringify({ ...(JSON.parse(quickExperiment()) as object), ...changes }));
}

function check(...args: string[]) {
  return textclf(['check', ...args], { cwd: place.folder });
}

async function checkJson(...args: string[]) {
  const { code, stdout, stderr } = await check('--json', ...args);
  expect(stderr).toBe('');
  return { code, result: JSON.parse(stdout) as Record<string, unknown> };
}

describe('textclf check', () => {
  it('says what the data holds', async () => {
    const { code, stdout } = await check('good.textclf.json');
    expect(stdout).toBe(
      'good.textclf.json: no problems\n' +
        '48 rows to train on, 12 rows to validate with, 12 test rows; 2 classes: ham, spam\n' +
        'computed by the processor: a loop over time is faster there\n',
    );
    expect(code).toBe(0);
    expect(await checkJson('good.textclf.json')).toEqual({
      code: 0,
      result: {
        ok: true,
        problems: [],
        name: 'good',
        rows: { train: 48, validation: 12, test: 12 },
        labels: ['ham', 'spam'],
        runs: { planned: 1 },
      },
    });
  });

  it('lists every problem of the experiment with its place', async () => {
    const text = '{\n  "data": { "train": "train.csv", "lable": "x" },\n  "model": { "type": "lsmt" }\n}\n';
    place.write('bad.textclf.json', text);
    const { code, stdout } = await check('bad.textclf.json');
    expect(code).toBe(1);
    expect(stdout).toContain('bad.textclf.json:2:35: error: Unknown key "lable"');
    expect(stdout).toContain('bad.textclf.json:3:22: error: ');
    expect(stdout).toContain('Did you mean "lstm"?');
    expect(stdout).toMatch(/bad\.textclf\.json: 2 errors\n$/);

    const { result } = await checkJson('bad.textclf.json');
    expect(result.ok).toBe(false);
    expect(result.problems).toMatchObject([
      { severity: 'error', file: 'bad.textclf.json', line: 2, column: 35 },
      { severity: 'error', file: 'bad.textclf.json', line: 3, column: 22, endLine: 3, endColumn: 28 },
    ]);
  });

  it('reads the data, unless told not to', async () => {
    write('column.textclf.json', { data: { train: 'train.csv', label: 'class' } });
    const { code, stdout } = await check('column.textclf.json');
    expect(code).toBe(1);
    expect(stdout).toContain('column.textclf.json:1:38: error: There is no column "class" in train.csv.\n');
    expect(stdout).toContain('The header has: "text", "label".');
    expect((await check('--no-data', 'column.textclf.json')).code).toBe(0);
  });

  it('finds a missing file of vectors and a missing data file at once', async () => {
    write('missing.textclf.json', {
      data: { train: 'trian.csv' },
      model: { type: 'rnn', embedding: { vectors: 'glove.txt' } },
    });
    const { code, result } = await checkJson('missing.textclf.json');
    expect(code).toBe(1);
    expect(result.problems).toMatchObject([
      { file: 'missing.textclf.json', message: 'glove.txt does not exist.' },
      {
        file: 'missing.textclf.json',
        message: 'trian.csv does not exist.',
        hint: 'Did you mean "train.csv"?',
        line: 1,
        column: 18,
        endColumn: 29,
      },
    ]);
  });

  it('finds a loss that does not fit the classes of the data', async () => {
    place.write('three.csv', 'text,label\na,x\nb,y\nc,z\n');
    const experiment = {
      data: { train: 'three.csv' },
      model: { type: 'rnn' },
      training: { loss: 'bceWithLogits' },
    };
    const file = place.write('three.textclf.json', JSON.stringify(experiment, null, 2));
    const { code, stdout } = await check('three.textclf.json');
    expect(stdout).toMatch(/^three\.textclf\.json:9:13: error: .*bceWithLogits.*3\n/);
    expect(code).toBe(1);
    // Training says the very same.
    const { stderr } = await textclf(['train', '--quiet', file], { cwd: place.folder });
    const [message] = /the loss bceWithLogits .*/.exec(stderr) ?? [];
    expect(stdout).toContain(message);
  });

  it.each([
    ['a folder', 'folder', { file: 'vectors.textclf.json', message: 'folder is a folder, not a file.' }],
    ['no file of vectors', 'train.csv', { file: 'train.csv', line: 1 }],
    ['vectors of another length', 'vectors.txt', { file: 'vectors.textclf.json', line: 1, column: 97 }],
    ['another length in the header', 'header.txt', { file: 'vectors.textclf.json', line: 1, column: 96 }],
  ])('finds word vectors that training would refuse: %s', async (_, vectors, { file, ...problem }) => {
    place.write('folder/inside', '');
    place.write('vectors.txt', 'free 1 2 3\ncash 4 5 6\n');
    place.write('header.txt', '2 3\nfree 1 2 3\ncash 4 5 6\n');
    const model = { type: 'rnn', embedding: { vectors, size: 2 } };
    place.write('vectors.textclf.json', JSON.stringify({ data: { train: 'train.csv' }, model }));
    const { code, result } = await checkJson('vectors.textclf.json');
    expect(result.problems).toMatchObject([problem]);
    expect((result.problems as { file: string }[])[0]!.file.endsWith(file)).toBe(true);
    expect(code).toBe(1);
  });

  it('warns of texts that are trained on and judged by', async () => {
    place.write('leaked.csv', numbered(mails(12), 'mail'));
    write('leak.textclf.json', {
      data: { train: 'train.csv', validation: { folds: 2 }, test: 'leaked.csv' },
    });
    const { code, stdout } = await check('leak.textclf.json');
    expect(stdout).toMatch(
      /^leak\.textclf\.json:1:\d+: warning: 12 of the 12 test texts are also trained on: test figures will be too good\.\n {2}The first is in leaked\.csv, line 2\./,
    );
    expect(stdout).toContain('leak.textclf.json: 1 warning\n');
    expect(code).toBe(0);
  });

  it('passes warnings', async () => {
    write('warning.textclf.json', { data: { train: 'train.csv', test: 'train.csv' } });
    const { code, result } = await checkJson('--no-data', 'warning.textclf.json');
    const severities = (result.problems as { severity: string }[]).map(({ severity }) => severity);
    expect(severities).toContain('warning');
    expect(severities).not.toContain('error');
    expect({ code, ok: result.ok }).toEqual({ code: 0, ok: true });
  });

  it('sends no control characters of the data to the terminal', async () => {
    place.write('evil.csv', 'text,label\na,\u001b]0;owned\u0007\nb,\u009b31m\nc,\u202eabc\n');
    write('evil.textclf.json', { data: { train: 'evil.csv' } });
    for (const args of [['evil.textclf.json'], ['--json', 'evil.textclf.json']]) {
      const { stdout, stderr } = await check(...args);
      expect(stdout).toContain('owned');
      expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    }
  });
});
