import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../src/data/random';
import { filesToPush, type PushRequest, pushModel } from '../../src/hub/push-model';
import { formatError, HumanError } from '../../src/protocol/human-error';
import { type Answer, circle, hubServer, json, sha256, silence, status, text, token } from './hub-server';

const hub = hubServer();
const random = createRandom(7);
const weights = Buffer.from(Uint8Array.from({ length: 150_000 }, () => random.integer(256)));
const files: Record<string, Buffer> = {
  'README.md': Buffer.from('# A model\n'),
  'config.json': Buffer.from('{}'),
  'model.safetensors': weights,
  'onnx/model.onnx': weights.subarray(0, 70_000),
};
const total = Object.values(files).reduce((sum, file) => sum + file.length, 0);

let outside = '';
let folder = '';
beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'textclf-push-'));
  folder = join(outside, 'model');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const [path, file] of Object.entries(files)) writeFileSync(join(folder, path), file);
});
afterEach(() => rmSync(outside, { recursive: true, force: true }));

const environment = (more: Record<string, string> = {}) => ({
  HF_ENDPOINT: hub.url(),
  HF_HOME: join(outside, 'home'),
  HF_TOKEN: token,
  ...more,
});
const push = (more: Partial<PushRequest> = {}) =>
  pushModel({ folder, repo: 'me/spam', env: environment(), firstWait: 1, ...more });

async function failure(work: Promise<unknown>): Promise<HumanError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HumanError)) throw error ?? new Error('it went well');
  expect(formatError(error)).not.toContain(token);
  return error;
}

it('sends all files of a folder in one commit, to a private repository that it makes', async () => {
  const progress = vi.fn();
  const pushed = await push({ progress, message: 'The first one' });
  expect(pushed).toEqual({ url: `${hub.url()}/me/spam`, commit: 'c'.repeat(40) });
  expect(hub.models.get('me/spam')).toMatchObject({ private: true });
  expect(hub.commits).toHaveLength(1);
  expect(hub.commits[0]!.header.summary).toBe('The first one');
  expect(hub.commits[0]!.files).toEqual(files);
  const told = progress.mock.calls.map(([done]) => done as number);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(progress.mock.lastCall).toEqual([total, total]);
  // The large files went through the line piece by piece.
  expect(new Set(told).size).toBeGreaterThan(3);
});

it('gives the token to the Hub alone', async () => {
  await push();
  const stored = hub.asked.filter(({ what }) => what.includes('storage'));
  expect(stored).toHaveLength(2);
  for (const { authorization } of stored) expect(authorization).toBeUndefined();
});

it('takes a token that is handed to it, of any form, before that of the environment', async () => {
  await push({ token, env: environment({ HF_TOKEN: 'of somebody else' }) });
  expect(hub.commits).toHaveLength(1);
});

it('makes a public repository where it is told to, and one of its own where the name says not whose', async () => {
  await push({ repo: 'spam', private: false });
  expect(hub.models.get('me/spam')).toMatchObject({ private: false });
  expect(hub.commits[0]!.repo).toBe('me/spam');
});

it('sends to a repository that is there, but nothing private to one that everybody sees', async () => {
  await push();
  await push();
  expect(hub.commits).toHaveLength(2);
  // What the storage has is not sent again.
  expect(hub.asked.filter(({ what }) => what.startsWith('PUT'))).toHaveLength(2);
  hub.models.get('me/spam')!.private = false;
  expect((await failure(push())).message).toContain('everybody can see it');
  expect(hub.commits).toHaveLength(2);
  await push({ private: false });
  expect(hub.commits).toHaveLength(3);
});

describe('the folder', () => {
  it('is told file by file, without hidden ones', async () => {
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.env'), 'SECRET=1');
    expect(filesToPush(folder)).toEqual(
      Object.entries(files).map(([path, file]) => ({ path, bytes: file.length })),
    );
  });

  it.each([
    ['a file outside', () => join(outside, 'secret.txt')],
    ['a folder outside', () => join(outside, 'secrets')],
    ['a file of its own', () => 'model.safetensors'],
    ['itself', () => '.'],
    ['nothing', () => 'gone'],
  ])('must not hold a link to %s', async (_, target) => {
    writeFileSync(join(outside, 'secret.txt'), 'secret');
    mkdirSync(join(outside, 'secrets'));
    symlinkSync(target(), join(folder, 'innocent'));
    expect((await failure(push())).message).toContain('innocent is a link');
    expect(hub.asked).toEqual([]);
  });

  it('must be there, and of a model', async () => {
    expect((await failure(push({ folder: join(outside, 'none') }))).message).toContain('does not exist');
    rmSync(join(folder, 'config.json'));
    expect((await failure(push())).message).toContain('it has no config.json');
    expect(hub.asked).toEqual([]);
  });
});

it('tells a mistake of its own from one of the Hub', async () => {
  const mistake = new TypeError('not of the Hub');
  const progress = (done: number, all: number) => {
    if (done === all) throw mistake;
  };
  await expect(push({ progress })).rejects.toBe(mistake);
});

describe('goes on', () => {
  const passing: [what: string, pattern: RegExp, answers: Answer[]][] = [
    ['too many requests', /commit/, [status(429, { 'retry-after': '0' })]],
    ['a failing server', /preupload|create/, [status(500), status(503)]],
    ['a failing storage', /PUT/, [status(500), status(500)]],
    ['a server that does not answer', /batch/, [silence]],
  ];
  it.each(passing)('after %s', async (_, pattern, answers) => {
    hub.answer(pattern, ...answers);
    const progress = vi.fn();
    await push({ patience: 300, progress });
    expect(hub.commits[0]!.files).toEqual(files);
    expect(progress.mock.lastCall).toEqual([total, total]);
    for (const [done] of progress.mock.calls) expect(done).toBeLessThanOrEqual(total);
  });
});

describe('gives up', () => {
  const oneObject =
    (object: object): Answer =>
    (_, response) =>
      json(response, { objects: [object, object] });
  const failing: [what: string, pattern: RegExp, answer: Answer, message: RegExp, hint: RegExp][] = [
    [
      'a token that is not known',
      /create/,
      status(401),
      /does not accept the access token/,
      /settings\/tokens/,
    ],
    ['a token that may not write', /commit/, status(403), /may not write to "me\/spam"/, /settings\/tokens/],
    ['a change of somebody else', /commit/, status(409), /changed by somebody else/, /again/],
    ['a server that always fails', /commit/, status(500), /again and again: .* 500/, /again/],
    ['a circle', /preupload/, circle, /./, /./],
    ['a login page', /create/, text('<html>', 'text/html'), /as the Hugging Face Hub does/, /login/],
    ['an answer of another form', /preupload/, text('{}'), /another form/, /HF_ENDPOINT/],
    ['a file that was not sent', /batch/, oneObject({ oid: 'x' }), /another form/, /HF_ENDPOINT/],
    ['a storage that refuses', /PUT/, status(403), /status 403/, /./],
  ];
  it.each(failing)('at %s', async (_, pattern, answer, message, hint) => {
    hub.answer(pattern, ...Array.from({ length: 60 }, () => answer));
    const error = await failure(push());
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(hub.commits).toEqual([]);
  });

  it('where the organisation is not its own', async () => {
    expect((await failure(push({ repo: 'others/spam' }))).message).toContain(
      'may not write to "others/spam"',
    );
  });

  it('in the words of the Hub, where it says what is wrong', async () => {
    const answer: Answer = (_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'README.md:\n\u001b[31m"license" is none' }));
    };
    hub.answer(/commit/, answer);
    expect((await failure(push())).message).toContain('(status 400: README.md: [31m"license" is none)');
  });

  it('at a file that the storage does not take', async () => {
    const error = { code: 422, message: 'too large' };
    hub.answer(/batch/, oneObject({ oid: sha256(weights), size: 1, error }));
    expect((await failure(push())).message).toMatch(/does not take "me\/spam" \(status 422: .*too large/);
  });

  it.each([
    ['without a token', { HF_TOKEN: '' }, 'me/spam', /needs an access token/, /set HF_TOKEN/],
    ['where nothing may be asked', { HF_HUB_OFFLINE: '1' }, 'me/spam', /HF_HUB_OFFLINE forbids/, /Unset/],
    ['at no name', {}, 'me/spam/x', /is no name for a model/, /organisation\/name/],
    ['at a path', {}, '../spam', /is no name for a model/, /organisation\/name/],
  ])('%s', async (_, more, repo, message, hint) => {
    const error = await failure(push({ repo, env: environment(more) }));
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(hub.asked).toEqual([]);
  });
});

it('ends when it is aborted, with the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  hub.answer(/PUT/, () => controller.abort(reason));
  await expect(push({ signal: controller.signal })).rejects.toBe(reason);
  await expect(push({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(hub.commits).toEqual([]);
});
