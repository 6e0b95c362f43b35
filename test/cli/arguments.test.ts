import { describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import { jsonLines, quickExperiment, textclf, workspace } from './support';

const place = workspace();
place.write('good.textclf.json', quickExperiment());
place.write('bad.textclf.json', '{\n  "data": { "train": "train.csv" },\n  "model": { "typ": "lstm" }\n}\n');

describe('exit codes', () => {
  it.each<[string[], number, RegExp, RegExp]>([
    [['--version'], 0, new RegExp(`^${version}\n$`), /^$/],
    [['--help'], 0, /Commands:[\s\S]*Examples:/, /^$/],
    [['train', '--help'], 0, /Usage: textclf train[\s\S]*--json/, /^$/],
    [['runs', '--help'], 0, /ls[\s\S]*show[\s\S]*rm/, /^$/],
    [['help', 'predict'], 0, /Usage: textclf predict/, /^$/],
    [['schema'], 0, /^\{\n/, /^$/],
    [['runs'], 0, /There are no runs/, /^$/],
    [['runs', 'ls'], 0, /There are no runs/, /^$/],
    [['check', '--no-data', 'good.textclf.json'], 0, /no problems/, /^$/],
    [[], 1, /^$/, /^Usage: textclf[\s\S]*Examples:/],
    [['--json'], 1, /^$/, /^Usage: textclf[\s\S]*Examples:/],
    [['--root', 'x'], 1, /^$/, /^Usage: textclf[\s\S]*Examples:/],
    [['tran'], 1, /^$/, /^error: unknown command 'tran'\n.*Did you mean train/],
    [['train'], 1, /^$/, /missing required argument 'file'/],
    [['train', 'a', 'b'], 1, /^$/, /too many arguments/],
    [['runs', '--joson'], 1, /^$/, /unknown option '--joson'\n.*Did you mean --json/],
    [
      ['runs', 'shwo', 'x'],
      1,
      /^$/,
      /^error: "textclf runs" has no subcommand "shwo".*\n.*Did you mean "show"/,
    ],
    [
      ['runs', 'nosuch'],
      1,
      /^$/,
      /^error: "textclf runs" has no subcommand "nosuch".*\n.*ls, show, stop, rm/,
    ],
    [['runs', 'ls', 'x'], 1, /^$/, /^error: "textclf runs ls" takes no argument/],
    [['runs', 'rm'], 1, /^$/, /missing required argument/],
    [['runs', 'rm', 'none'], 1, /^$/, /^error: There is no run "none"/],
    [['runs', 'rm', 'latest'], 1, /^$/, /^error: There is no run "latest"/],
    [['runs', 'show', 'none'], 1, /^$/, /^error: There is no run "none"/],
    [
      ['train', 'missing.textclf.json'],
      1,
      /^$/,
      /missing\.textclf\.json: missing\.textclf\.json does not exist/,
    ],
    [['train', 'bad.textclf.json'], 1, /^$/, /bad\.textclf\.json:3:\d+: .*"typ"|"model\.type" is missing/],
    [['check', 'missing.textclf.json'], 1, /missing\.textclf\.json does not exist[\s\S]*1 error/, /^$/],
    [['check', 'bad.textclf.json'], 1, /bad\.textclf\.json:3:/, /^$/],
    [['predict', 'text'], 1, /^$/, /^error: There is no run with a trained model[\s\S]*textclf train FILE/],
    [['predict', '--run', 'x', 'text'], 1, /^$/, /^error: There is no run "x"/],
    [['evaluate'], 1, /^$/, /There is no run with a trained model/],
    [['evaluate', '--format', 'xml', 'a'], 1, /^$/, /--format.*csv, tsv, jsonl/],
  ])('textclf %j: %d', async (args, code, stdout, stderr) => {
    const result = await textclf(args, { cwd: place.folder });
    expect(result.stdout).toMatch(stdout);
    expect(result.stderr).toMatch(stderr);
    expect(result.code).toBe(code);
  });
});

describe('errors as JSON', () => {
  it.each<[string[], object]>([
    [['--json', 'tran'], { message: "unknown command 'tran'", hint: '(Did you mean train?)' }],
    [['predict', '--json', 'text'], { hint: 'Train one first: textclf train FILE' }],
    [['runs', 'show', 'none', '--json'], { message: 'There is no run "none".' }],
    [['train', '--json', 'missing.json'], { file: place.path('missing.json') }],
    [['train', '--json', 'bad.textclf.json'], { file: place.path('bad.textclf.json'), line: 3, column: 12 }],
  ])('textclf %j', async (args, error) => {
    const { code, stdout, stderr } = await textclf(args, { cwd: place.folder });
    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(jsonLines(stdout)).toEqual([{ error: expect.objectContaining(error) as object }]);
  });

  it('not where --json is a text to classify', async () => {
    const { stdout, stderr } = await textclf(['predict', '--', '--json'], { cwd: place.folder });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: There is no run/);
  });
});

it('the schema is a JSON Schema of experiments', async () => {
  const { stdout } = await textclf(['schema']);
  expect(JSON.parse(stdout)).toMatchObject({ title: 'TextClf experiment', required: ['data', 'model'] });
});
