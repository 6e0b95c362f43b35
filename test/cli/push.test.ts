import { beforeAll, describe, expect, it } from 'vitest';
import { hubServer, token } from '../hub/hub-server';
import { threeClasses, writeTinyModel } from '../predict/tiny-model';
import { finished, jsonLines, start, textclf, workspace } from './support';

const hub = hubServer();
const place = workspace();

beforeAll(() => {
  writeTinyModel(place.path('model'), threeClasses);
});

function command(args: string[], env: Record<string, string> = {}): Parameters<typeof textclf> {
  const environment = { HF_ENDPOINT: hub.url(), HF_HOME: place.path('home'), HF_TOKEN: token, ...env };
  return [['push', '--run', 'model', ...args], { cwd: place.folder, env: environment }];
}

const push = (...options: Parameters<typeof command>) => textclf(...command(...options));

describe('textclf push', () => {
  it('sends every file when told beforehand, and says where to', async () => {
    const { code, stdout, stderr } = await push(['--repo', 'me/spam', '--yes', '--message', 'First']);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(`${hub.url()}/me/spam\ncommit ${'c'.repeat(40)}\n`);
    expect(stderr).toContain('only you can see it');
    expect(stderr).toMatch(/ {2}config\.json .*\n {2}model\.onnx .*\n {2}tokenizer\.json .*\n3 files/);
    expect(Object.keys(hub.commits[0]!.files)).toEqual(['config.json', 'model.onnx', 'tokenizer.json']);
    expect(hub.commits[0]!.header.summary).toBe('First');
    expect(hub.models.get('me/spam')).toMatchObject({ private: true });
    expect(stdout + stderr).not.toContain(token);
  });

  it('tells programs what it sends, without a question', async () => {
    const { code, stdout, stderr } = await push(['--repo', 'me/open', '--public', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = jsonLines(stdout) as Record<string, unknown>[];
    const { bytes, ...done } = lines.at(-1)!;
    expect(done).toEqual({
      ...{ type: 'done', url: `${hub.url()}/me/open`, commit: 'c'.repeat(40), repo: 'me/open', files: 3 },
    });
    expect(lines.at(-2)).toEqual({ type: 'progress', done: bytes, total: bytes });
    expect(hub.models.get('me/open')).toMatchObject({ private: false });
    expect(stdout).not.toContain(token);
  });

  // Windows has no signals to send to another process.
  it.skipIf(process.platform === 'win32')('says what may be left where it was stopped', async () => {
    const child = start(...command(['--repo', 'me/stopped', '--json']));
    hub.answer(/commit/, () => child.kill('SIGINT'));
    const { code, stdout } = await finished(child);
    expect(code).toBe(1);
    const message = expect.stringMatching(/was stopped\. The repository may be there already/);
    expect(jsonLines(stdout).at(-1)).toEqual({ type: 'failed', message });
    expect(hub.models.has('me/stopped')).toBe(true);
  });

  it('sends nothing where nobody can be asked', async () => {
    const before = hub.commits.length;
    const { code, stderr } = await push(['--repo', 'me/asked']);
    expect(code).toBe(1);
    expect(stderr).toContain('--yes');
    expect(hub.commits).toHaveLength(before);
  });

  it('tells programs what went wrong, without the token', async () => {
    const { code, stdout } = await push(['--repo', 'me/spam', '--json'], { HF_TOKEN: '' });
    expect(code).toBe(1);
    expect(jsonLines(stdout)).toEqual([
      {
        type: 'failed',
        message: expect.stringContaining('token'),
        hint: expect.stringContaining('HF_TOKEN'),
      },
    ]);
    const wrong = await push(['--repo', '../spam', '--json']);
    expect(jsonLines(wrong.stdout)).toEqual([
      { type: 'failed', message: expect.stringContaining('no name'), hint: expect.any(String) },
    ]);
    expect(wrong.stdout).not.toContain(token);
  });
});
