/** What stands above an experiment file: Train, how far it is, what came of it. */
import assert from 'node:assert/strict';
import { after, afterEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeEditors, openFile, until, workspaceFile, writeFile } from '../support';

const rows = Array.from({ length: 60 }, (_, i) =>
  i % 2 === 0 ? `film ${i} was a great one,good` : `film ${i} was a boring one,bad`,
);

function experiment(epochs: number): string {
  return `// Lenses stand above this line.
{
  "data": { "train": "rows.csv" },
  "model": { "type": "rnn", "embedding": { "size": 4 }, "hiddenSize": 4 },
  "training": { "epochs": ${epochs} },
  "examples": ["a great film"]
}
`;
}

async function open(name: string, epochs: number): Promise<vscode.TextDocument> {
  await writeFile('l/rows.csv', `text,label\n${rows.join('\n')}\n`);
  return openFile(`l/${name}.textclf.json`, experiment(epochs));
}

async function lensesOf(
  uri: vscode.Uri,
): Promise<{ title: string; line: number; command: vscode.Command }[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
  );
  return lenses.map(({ command, range }) => ({
    title: command!.title.replace(/\$\([\w~-]+\) /, ''),
    line: range.start.line,
    command: command!,
  }));
}

/** The lenses once one of them has this title. */
function lensesWith(uri: vscode.Uri, title: RegExp, patience?: number) {
  let last: string[] = [];
  return until(
    () => `a lens ${title}, not ${last.join(' | ')}`,
    async () => {
      const lenses = await lensesOf(uri);
      last = lenses.map((lens) => lens.title);
      return last.some((lens) => title.test(lens)) && lenses;
    },
    patience,
  );
}

async function click(uri: vscode.Uri, title: RegExp): Promise<void> {
  const lenses = await lensesWith(uri, title);
  const { command } = lenses.find((lens) => title.test(lens.title))!;
  await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
}

describe('code lenses', () => {
  afterEach(closeEditors);

  after(async () => {
    // What still runs would go on beside the next tests.
    for (const uri of ['l/long.textclf.json', 'l/second.textclf.json'].map(workspaceFile)) {
      for (const { title, command } of await lensesOf(uri).catch(() => [])) {
        if (title === 'Stop') await vscode.commands.executeCommand(command.command, ...command.arguments!);
      }
    }
  });

  it('offer Train, the baseline and a look at the data where nothing was trained', async () => {
    const { uri } = await open('fresh', 1);
    assert.deepEqual(
      (await lensesWith(uri, /^Train$/)).map(({ title, line }) => `${line}: ${title}`),
      ['0: Train', '0: Train baseline', '2: Inspect data'],
    );
  });

  it('say what Train does where it makes several runs; a baseline offers no baseline', async () => {
    await writeFile('l/rows.csv', `text,label\n${rows.join('\n')}\n`);
    const table: [title: string, changes: object, others: string[]][] = [
      ['Search (2 trials)', { search: { options: { 'model.dropout': [0, 0.5] } } }, ['Train baseline']],
      ['Train 5 seeds', { training: { repeat: 5 } }, ['Train baseline']],
      [
        'Cross-validate (3 folds)',
        { data: { train: 'rows.csv', validation: { folds: 3 } } },
        ['Train baseline'],
      ],
      ['Train', { model: { type: 'baseline' } }, []],
    ];
    for (const [place, [title, changes, others]] of table.entries()) {
      const input = { data: { train: 'rows.csv' }, model: { type: 'gru' }, ...changes };
      const { uri } = await openFile(`l/several-${place}.textclf.json`, JSON.stringify(input));
      const lenses = await lensesWith(uri, /^(Train|Search|Cross)/);
      assert.deepEqual(
        lenses.map((lens) => lens.title),
        [title, ...others, 'Inspect data'],
      );
    }
  });

  it('lead from Train to the result, and to predictions above the file and its examples', async () => {
    const { uri } = await open('short', 2);
    await click(uri, /^Train$/);
    // There is a best epoch before the run is over.
    await lensesWith(uri, /^best: /, 30_000);
    const lenses = await lensesWith(uri, /^Train$/, 30_000);
    const shown = lenses.map(({ title, line }) => `${line}: ${title.replace(/\d+\.\d %/, '# %')}`);
    assert.deepEqual(shown, [
      '0: Train',
      '0: Train baseline',
      '0: Predict…',
      '0: Dashboard',
      '0: best: # % validation accuracy, 1 run',
      '2: Inspect data',
      '5: Predict',
    ]);
  });

  it('show how far a training is and stop it; what waits is queued and can be cancelled', async () => {
    const first = await open('long', 5_000);
    await click(first.uri, /^Train$/);
    await lensesWith(first.uri, /^epoch \d+\/5000, \d+ %$/, 30_000);
    assert.ok(!(await lensesOf(first.uri)).some(({ title }) => title === 'Train'));

    const second = await open('second', 5_000);
    await click(second.uri, /^Train$/);
    await lensesWith(second.uri, /^Queued \(1st\): cancel$/);
    await click(second.uri, /^Train baseline$/);
    await lensesWith(second.uri, /^Baseline queued \(2nd\): cancel$/);
    assert.ok(!(await lensesOf(second.uri)).some(({ title }) => title === 'Train baseline'));
    // Each takes back the one it names.
    await click(second.uri, /^Queued \(1st\): cancel$/);
    await click(second.uri, /^Baseline queued \(1st\): cancel$/);
    await lensesWith(second.uri, /^Train$/);

    await click(first.uri, /^Stop$/);
    await lensesWith(first.uri, /^Train$/, 30_000);
  });

  it('say that the last run failed', async () => {
    const { uri } = await open('short', 2);
    const [made] = await vscode.workspace.findFiles('.textclf/runs/*-short-*/run.json');
    const record = JSON.parse(Buffer.from(await vscode.workspace.fs.readFile(made!)).toString());
    const failed = { ...record, id: 'failed', status: 'failed', startedAt: new Date().toISOString() };
    await writeFile('.textclf/runs/failed/run.json', JSON.stringify(failed));
    const titles = (await lensesWith(uri, /^last run failed$/)).map(({ title }) => title);
    assert.deepEqual(titles.slice(3, 6), [
      'Dashboard',
      titles[4]!.replace('1 run', '2 runs'),
      'last run failed',
    ]);
  });
});
