import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mails, quickExperiment, textclf, workspace } from './support';

const place = workspace();
place.write('train.csv', mails(60));
place.write('test.csv', mails(12));
place.write('good.textclf.json', quickExperiment());
const hub = {
  data: { hub: { dataset: 'org/none', test: 'test' }, text: 'text' },
  model: { type: 'baseline' },
};
mkdirSync(join(place.folder, 'sub'));
place.write('sub/hub.textclf.json', JSON.stringify(hub, null, 2));
place.write('more.csv', mails(40));

const offline = { HF_HUB_OFFLINE: '1', HF_HUB_CACHE: join(place.folder, 'cache') };
const run = (...args: string[]) => textclf(args, { cwd: place.folder, env: offline });

describe('--set', () => {
  it('trains on files of the current folder in the place of a data set of the Hub', async () => {
    const { code, stdout, stderr } = await run(
      ...['train', 'sub/hub.textclf.json', '--quiet', '--root', '.'],
      ...['--set', 'data.train=more.csv', '--set', 'data.validation=test.csv', '--set', 'training.seed=7'],
    );
    expect(stderr).toBe('');
    expect(code, stdout).toBe(0);
    const runs = join(place.folder, '.textclf/runs');
    const [made] = readdirSync(runs);
    const { data, training } = JSON.parse(readFileSync(join(runs, made!, 'experiment.json'), 'utf8'));
    expect(data).toMatchObject({ train: '../more.csv', validation: '../test.csv', text: 'text' });
    expect(data).not.toHaveProperty('hub');
    expect(training.seed).toBe(7);
    expect(JSON.parse(readFileSync(join(place.folder, 'sub/hub.textclf.json'), 'utf8'))).toEqual(hub);
  });

  it('says where a data set cannot be had', async () => {
    const { code, stdout } = await run('check', 'sub/hub.textclf.json');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'sub/hub.textclf.json:4:18: error: The data set org/none is not on this machine',
    );
    const trained = await run('train', 'sub/hub.textclf.json', '--quiet', '--root', '.');
    expect(trained.code).toBe(1);
    expect(trained.stderr).toContain('HF_HUB_OFFLINE forbids to connect');
  });

  it('is checked as what is written is, and is named', async () => {
    const { code, stdout } = await run('check', 'good.textclf.json', '--json', '--set', 'data.label=class');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).problems).toMatchObject([
      { message: 'There is no column "class" in train.csv. (--set data.label=class)' },
    ]);
    expect((await run('check', 'good.textclf.json', '--set', 'data.label=label')).code).toBe(0);
  });

  it('knows what is meant by an option that there is not', async () => {
    const { code, stderr } = await run('train', 'good.textclf.json', '--set', 'training.epoch=1');
    expect(code).toBe(1);
    expect(stderr).toContain('--set: there is no option "training.epoch"');
    expect(stderr).toContain('Did you mean "training.epochs"?');
  });

  it('is not for data that is looked at without an experiment', async () => {
    const { code, stderr } = await run('inspect', 'train.csv', '--set', 'data.maxRows=20');
    expect(code).toBe(1);
    expect(stderr).toContain('--set is for an experiment file');
    const { stdout } = await run('inspect', 'good.textclf.json', '--set', 'data.train=more.csv');
    expect(stdout).toMatch(/2 classes +32 +8 +12/);
  });
});
