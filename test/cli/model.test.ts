import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { listRuns } from '../../src/runs/list';
import { tags, writeTinyModel } from '../predict/tiny-model';
import { jsonLines, mails, quickExperiment, textclf, workspace } from './support';

const place = workspace();
let id = '';

beforeAll(async () => {
  place.write('train.csv', mails(120));
  place.write('test.csv', mails(30));
  place.write('spam.textclf.json', quickExperiment({ epochs: 6, batchSize: 8 }));
  const { code, stderr } = await textclf(['train', 'spam.textclf.json'], { cwd: place.folder });
  if (code !== 0) throw new Error(stderr);
  id = listRuns(place.folder)[0]!.id;
  cpSync(place.path(`.textclf/runs/${id}/model`), place.path('copied'), { recursive: true });
});

function run(args: string[], input?: string | Uint8Array) {
  return textclf(args, { cwd: place.folder, ...(input === undefined ? {} : { input }) });
}

interface Line {
  text: string;
  label: string;
  probability: number;
  probabilities: Record<string, number>;
}

async function predictJson(args: string[], input?: string): Promise<Line[]> {
  const { code, stdout, stderr } = await run(['predict', '--json', ...args], input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return jsonLines(stdout) as Line[];
}

describe('textclf predict', () => {
  it('classifies texts given as arguments', async () => {
    const { code, stdout } = await run(['predict', 'free prize winner', 'lunch meeting tomorrow']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^spam +\d+\.\d% {2}free prize winner\nham +\d+\.\d% {2}lunch meeting tomorrow\n$/,
    );
  });

  it('gives the probability of each class as JSON', async () => {
    const [line] = await predictJson(['free prize winner']);
    expect(line).toMatchObject({ text: 'free prize winner', label: 'spam' });
    expect(Object.keys(line!.probabilities)).toEqual(['ham', 'spam']);
    expect(line!.probabilities.spam).toBe(line!.probability);
    expect(line!.probabilities.ham! + line!.probability).toBeCloseTo(1, 6);
  });

  it('finds the model by id, by its beginning, and by folders', async () => {
    const folder = `.textclf/runs/${id}`;
    const references = ['latest', id, id.slice(0, -2), folder, `${folder}/model`, 'copied'];
    for (const reference of references) {
      expect((await predictJson(['--run', reference, 'cash prize']))[0]!.label).toBe('spam');
    }
  });

  it.each<[string, string, string[]]>([
    ['a line each', 'free cash\nlunch report\n', ['free cash', 'lunch report']],
    ['no line break at the end', 'free cash\nlunch', ['free cash', 'lunch']],
    ['line breaks of Windows and a byte-order mark', '\ufefffree cash\r\nlunch\r\n', ['free cash', 'lunch']],
    ['empty lines too', 'a\n\nb\n', ['a', '', 'b']],
    ['nothing at all', '', []],
  ])('reads standard input: %s', async (_name, input, texts) => {
    expect((await predictJson(['-'], input)).map(({ text }) => text)).toEqual(texts);
    // Without a text, what is piped in is read as well.
    expect((await predictJson([], input)).map(({ text }) => text)).toEqual(texts);
  });

  it('reads many lines in order', async () => {
    const texts = Array.from(
      { length: 3000 },
      (_, i) => `${i % 2 ? 'lunch' : 'prize'} ${'ä'.repeat(i % 50)} ${i}`,
    );
    const lines = await predictJson(['-'], texts.join('\n'));
    expect(lines.map(({ text }) => text)).toEqual(texts);
  });

  it('refuses bytes that are not UTF-8, with their line', async () => {
    const { code, stderr } = await run(['predict', '-'], Buffer.from('fine\nb\xe4d\n', 'latin1'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: standard input:\d+: These bytes are not UTF-8/);
  });

  it('prints no control character of a text', async () => {
    const { stdout } = await run(['predict', 'free \u001b[2J\u009b1m\n cash']);
    expect(stdout).toContain('free ␛[2J');
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
    expect(stdout.split('\n')).toHaveLength(2);
  });

  it('a damaged model is a mistake, not a bug', async () => {
    mkdirSync(place.path('broken'));
    writeFileSync(place.path('broken/model.onnx'), 'x');
    const { code, stderr } = await run(['predict', '--run', 'broken', 'text']);
    expect(stderr).toContain('config.json');
    expect(code).toBe(1);
  });
});

it('a run that was killed while its model was replaced still has the one before', async () => {
  const other = place.path('killed');
  cpSync(place.path(`.textclf/runs/${id}`), other, { recursive: true });
  renameSync(`${other}/model`, `${other}/model.old`);
  for (const reference of [other, `${other}/model.old`]) {
    expect((await predictJson(['--run', reference, 'cash prize']))[0]!.label).toBe('spam');
    const { code, stdout } = await run(['evaluate', '--json', '--run', reference, 'test.csv']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: `${other}/model.old`, rows: 30 });
  }
});

describe('textclf evaluate', () => {
  it("takes the experiment's test file by default", async () => {
    const { code, stdout } = await run(['evaluate', '--json']);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as { rows: number; files: string[]; accuracy: number };
    expect(result).toMatchObject({ split: 'test', rows: 30, files: [place.path('test.csv')] });
    // The very figures that training ended with.
    const file = place.path(`.textclf/runs/${id}/evaluation.json`);
    const [recorded] = JSON.parse(readFileSync(file, 'utf8')) as [
      { accuracy: number; confusion: number[][] },
    ];
    expect(result).toMatchObject({ accuracy: recorded.accuracy, confusion: recorded.confusion });
  });

  it('prints the tables', async () => {
    const { stdout } = await run(['evaluate', 'train.csv']);
    expect(stdout).toMatch(/^Evaluation .*\(120 rows\)\n {2}Accuracy/);
    expect(stdout).toMatch(/Confusion matrix/);
  });

  it('takes other columns, and writes the predictions', async () => {
    place.write('other.tsv', 'kind\tsubject\tbody\nspam\tfree\tprize\nham\tlunch\tmeeting\n');
    const args = ['evaluate', 'other.tsv', '--text', 'subject', '--text', 'body', '--label', 'kind'];
    const { code, stdout, stderr } = await run([...args, '--json', '--predictions', 'out.jsonl']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ rows: 2, accuracy: 1 });
    expect(jsonLines(readFileSync(place.path('out.jsonl'), 'utf8'))).toMatchObject([
      { file: 'other.tsv', line: 2, text: 'free\nprize', truth: 'spam', label: 'spam' },
      { file: 'other.tsv', line: 3, text: 'lunch\nmeeting', truth: 'ham', label: 'ham' },
    ]);
  });

  it('takes several labels a row, from one column or from one for each', async () => {
    const model = writeTinyModel(place.path('tags'), tags);
    place.write(
      'tags.csv',
      'text;kinds;praise;blame;film\n'.replaceAll(';', ',').concat('good,praise,1,0,0\nbad,,0,0,0\n'),
    );
    const args = ['evaluate', '--json', '--run', model, 'tags.csv', '--predictions', 'tags.jsonl'];
    const one = await run([...args, '--label', 'kinds', '--label-separator', '|']);
    const each = await run([...args, ...tags.labels.flatMap((name) => ['--label', name])]);
    expect([one.stderr, each.stderr]).toEqual(['', '']);
    expect(JSON.parse(one.stdout)).toMatchObject({ task: 'multi-label', rows: 2, confusion: [] });
    expect(JSON.parse(each.stdout)).toEqual(JSON.parse(one.stdout));
    expect(jsonLines(readFileSync(place.path('tags.jsonl'), 'utf8'))).toMatchObject([
      { truth: 'praise', trueLabels: ['praise'], label: 'praise', labels: ['praise'] },
      { truth: 'no label', trueLabels: [] },
    ]);
    const { stdout } = await run(['evaluate', '--run', model, 'tags.csv', '--label', 'kinds']);
    expect(stdout).toMatch(/\n {2}Exact match +\d/);
    expect(stdout).not.toContain('Confusion');
    const { stdout: predicted } = await run(['predict', '--run', model, 'good', 'new']);
    expect(predicted).toMatch(/^praise +\d+\.\d% {2}good\nno label +\d+\.\d% {2}new\n$/);
  });

  it.each<[string[], RegExp]>([
    [['test.csv', '--label', 'text', '--label', 'label'], /several label columns/],
    [['--run', 'copied'], /names no test file[\s\S]*textclf evaluate DATA/],
    [['nowhere.csv'], /nowhere\.csv: nowhere\.csv does not exist/],
    [['test.csv', '--label', 'lable'], /test\.csv:1: there is no column "lable"[\s\S]*Did you mean "label"/],
  ])('%j is a mistake', async (args, message) => {
    const { code, stderr } = await run(['evaluate', ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });
});

describe('textclf runs', () => {
  it('lists runs', async () => {
    const { stdout } = await run(['runs']);
    expect(stdout).toMatch(/^Run +Name +Status +Best +Started\n/);
    expect(stdout).toMatch(new RegExp(`\n${id} +spam +succeeded +[\\d.e-]+ validation\\.loss +just now\n`));
    const { stdout: json } = await run(['runs', 'ls', '--json']);
    expect(JSON.parse(json)).toMatchObject([{ id, name: 'spam', status: 'succeeded', hasModel: true }]);
  });

  it('shows a run', async () => {
    const { stdout } = await run(['runs', 'show', id.slice(0, 20)]);
    expect(stdout).toMatch(new RegExp(`^spam {2}${id}\n\n {2}Status +succeeded\n`));
    for (const part of ['\nData\n', '\nModel\n', '\nTraining\n', '\nEvaluation on the test split']) {
      expect(stdout).toContain(part);
    }
    const { stdout: json } = await run(['runs', 'show', 'latest', '--json']);
    const { events } = JSON.parse(json) as { events: { type: string }[] };
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(6);
  });

  it('lists a run with a broken record, and removes by id', async () => {
    place.write('.textclf/runs/20200101-000000-old-ffff/run.json', '{"schemaVersion":');
    place.write('.textclf/runs/20200101-000000-old-fffe/run.json', '{"schemaVersion":');
    const { code, stdout } = await run(['runs', 'ls']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n20200101-000000-old-ffff +broken\n/);
    const { stdout: json } = await run(['runs', '--json']);
    expect(JSON.parse(json)).toContainEqual(
      expect.objectContaining({ id: '20200101-000000-old-ffff', status: 'broken' }),
    );

    const ambiguous = await run(['runs', 'rm', '2020']);
    expect(ambiguous.code).toBe(1);
    expect(ambiguous.stderr).toContain('2 runs begin with "2020"');
    const removed = await run(['runs', 'rm', '20200101-000000-old-ffff', '2020', '--json']);
    expect(JSON.parse(removed.stdout)).toEqual({
      removed: ['20200101-000000-old-ffff', '20200101-000000-old-fffe'],
    });
    expect(listRuns(place.folder).map((left) => left.id)).toEqual([id]);
  });
});
