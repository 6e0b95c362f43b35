import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../src/data/random';
import { type EncoderRequest, fetchEncoder } from '../../src/hub/encoder-files';
import { findEncoder } from '../../src/hub/find-encoder';
import { formatError, HumanError } from '../../src/protocol/human-error';
import {
  type Answer,
  circle,
  cutAfter,
  gitSum,
  type HubModel,
  hubServer,
  isLarge,
  listing,
  otherSize,
  sha256,
  silence,
  stallAfter,
  status,
  text,
  token,
  wrongBytes,
} from './hub-server';
import { freePort } from './server';

const hub = hubServer();
const random = createRandom(5);
const bytes = (count: number) => Buffer.from(Uint8Array.from({ length: count }, () => random.integer(256)));
const weights = bytes(200_000);
const commit = '0123456789abcdef0123456789abcdef01234567';
const files = {
  'config.json': Buffer.from('{"model_type":"bert"}'),
  'tokenizer_config.json': Buffer.from('{}'),
  'vocab.txt': Buffer.from('[PAD]\n[UNK]\n'),
  'model.safetensors': weights,
  'pytorch_model.bin': Buffer.from('never wanted'),
  'README.md': Buffer.from('# never wanted'),
};
const wanted = ['config.json', 'model.safetensors', 'tokenizer_config.json', 'vocab.txt'];

let folder = '';
let cache = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-hub-'));
  cache = join(folder, 'cache');
  hub.models.set('org/tiny', { files, commit });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const environment = (more: Record<string, string> = {}) => ({
  HF_ENDPOINT: hub.url(),
  HF_HUB_CACHE: cache,
  HF_HOME: join(folder, 'home'),
  ...more,
});
const get = (more: Partial<EncoderRequest> = {}) =>
  fetchEncoder({ encoder: 'org/tiny', revision: 'main', folder, env: environment(), firstWait: 1, ...more });

const repo = () => join(cache, 'models--org--tiny');
const snapshot = (of = commit) => join(repo(), 'snapshots', of);
const requests = () => hub.asked.map(({ what }) => what);
const api = `/api/models/org/tiny`;

async function failure(work: Promise<unknown>): Promise<HumanError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HumanError)) throw error ?? new Error('it went well');
  expect(formatError(error)).not.toContain(token);
  return error;
}

/** What huggingface_hub leaves behind: `_hf_hub_download_to_cache_dir` of its file_download.py. */
function layAsPython(names: readonly string[], of = commit, model: HubModel['files'] = files) {
  for (const name of names) {
    const file = model[name]!;
    const sum = isLarge(name) ? sha256(file) : gitSum(file);
    mkdirSync(join(repo(), 'blobs'), { recursive: true });
    mkdirSync(dirname(join(snapshot(of), name)), { recursive: true });
    writeFileSync(join(repo(), 'blobs', sum), file);
    symlinkSync(join('..', '..', 'blobs', sum), join(snapshot(of), name));
  }
  mkdirSync(join(repo(), 'refs'), { recursive: true });
  writeFileSync(join(repo(), 'refs', 'main'), of);
}

describe('a model of the Hub', () => {
  it('is downloaded into the cache as Python lays it out', async () => {
    const onTotal = vi.fn();
    const progress = vi.fn();
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeUndefined();
    const found = await get({ onTotal, progress });
    expect(found).toEqual({ folder: snapshot(), commit });
    expect(readdirSync(snapshot()).sort()).toEqual(wanted);
    for (const name of wanted as (keyof typeof files)[]) {
      const sum = isLarge(name) ? sha256(files[name]) : gitSum(files[name]);
      expect(readlinkSync(join(snapshot(), name))).toBe(join('..', '..', 'blobs', sum));
      expect(readFileSync(join(snapshot(), name)).equals(files[name])).toBe(true);
    }
    expect(readdirSync(join(repo(), 'blobs'))).toHaveLength(wanted.length);
    expect(readFileSync(join(repo(), 'refs', 'main'), 'utf8')).toBe(commit);
    expect(readdirSync(join(repo(), '.no_exist', commit))).toContain('tokenizer.json');
    const total = (wanted as (keyof typeof files)[]).reduce((sum, name) => sum + files[name].length, 0);
    expect(onTotal.mock.calls).toEqual([[total]]);
    const told = progress.mock.calls.map(([done]) => done as number);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(progress.mock.lastCall).toEqual([total, total]);
    expect(findEncoder('org/tiny', 'main', folder, environment())).toEqual({ folder: snapshot(), commit });
  });

  it('is downloaded once; a branch is looked up, a commit is not', async () => {
    await get();
    hub.asked.length = 0;
    const onTotal = vi.fn();
    expect(await get({ onTotal })).toEqual({ folder: snapshot(), commit });
    expect(requests()).toEqual([expect.stringContaining(`GET ${api}/revision/main`)]);
    expect(await get({ revision: commit, onTotal })).toEqual({ folder: snapshot(), commit });
    expect(hub.asked).toHaveLength(1);
    expect(onTotal).not.toHaveBeenCalled();
  });

  it('is downloaded at a commit, which needs no name there', async () => {
    expect(await get({ revision: commit })).toEqual({ folder: snapshot(), commit });
    expect(existsSync(join(repo(), 'refs'))).toBe(false);
    expect(requests()[0]).toContain(`${api}/tree/${commit}`);
  });

  it('stays as it is when its branch moves, until the newer commit is asked for', async () => {
    await get();
    const moved = 'f'.repeat(40);
    hub.models.set('org/tiny', { files: { ...files, 'vocab.txt': Buffer.from('[PAD]\n') }, commit: moved });
    hub.asked.length = 0;
    const onTotal = vi.fn();
    const { warning, ...found } = await get({ onTotal });
    expect(found).toEqual({ folder: snapshot(), commit });
    expect(warning).toContain(`"main" of org/tiny is ${moved} on the Hub by now`);
    expect(warning).toContain(`write "revision": "${moved}"`);
    expect(hub.asked).toHaveLength(1);
    expect(onTotal).not.toHaveBeenCalled();

    expect(await get({ revision: moved })).toEqual({ folder: snapshot(moved), commit: moved });
    // Of which only what changed is downloaded.
    expect(requests().filter((what) => what.includes('/resolve/'))).toEqual([
      `GET /org/tiny/resolve/${moved}/vocab.txt`,
    ]);
    expect(await get()).toEqual({ folder: snapshot(moved), commit: moved });
    expect(readFileSync(join(repo(), 'refs', 'main'), 'utf8')).toBe(moved);
    // The old one stays for experiments that pin it.
    expect(findEncoder('org/tiny', commit, folder, environment())).toEqual({ folder: snapshot(), commit });
  });

  it('may be in pieces', async () => {
    const pieces = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const index = { weight_map: { a: pieces[0], b: pieces[1], c: pieces[0] } };
    const { 'model.safetensors': _, ...rest } = files;
    hub.models.set('org/tiny', {
      files: {
        ...rest,
        'model.safetensors.index.json': Buffer.from(JSON.stringify(index)),
        [pieces[0]!]: weights.subarray(0, 90_000),
        [pieces[1]!]: weights.subarray(90_000),
        'model-00001-of-00009.safetensors': Buffer.from('of another split'),
      },
      commit,
    });
    await get();
    expect(readdirSync(snapshot())).toEqual(expect.arrayContaining(pieces));
    expect(readdirSync(snapshot())).not.toContain('model-00001-of-00009.safetensors');
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeDefined();
    rmSync(join(snapshot(), pieces[1]!));
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeUndefined();
  });

  it('may be private: the Hub gets the token, the storage it sends to does not', async () => {
    hub.models.set('org/tiny', { files, commit, private: true });
    await get({ env: environment({ HF_TOKEN: token }) });
    const stored = hub.asked.filter(({ what }) => what.includes('storage'));
    expect(stored).not.toEqual([]);
    for (const { authorization } of stored) expect(authorization).toBeUndefined();
    for (const { what, authorization } of hub.asked)
      if (!what.includes('storage')) expect(authorization).toBe(`Bearer ${token}`);
  });

  it.each([['where no links are wanted', { HF_HUB_DISABLE_SYMLINKS: '1' }]])(
    'is copied %s',
    async (_, more) => {
      await get({ env: environment(more) });
      expect(lstatSync(join(snapshot(), 'model.safetensors')).isFile()).toBe(true);
      expect(readFileSync(join(snapshot(), 'model.safetensors')).equals(weights)).toBe(true);
      hub.asked.length = 0;
      await get({ env: environment(more) });
      expect(hub.asked).toHaveLength(1);
    },
  );
});

describe('what Python downloaded', () => {
  it('is found, and nothing of it is downloaded again', async () => {
    layAsPython(wanted);
    expect(findEncoder('org/tiny', 'main', folder, environment())).toEqual({ folder: snapshot(), commit });
    expect(await get({ revision: commit })).toEqual({ folder: snapshot(), commit });
    expect(hub.asked).toEqual([]);
  });

  it('may have a folder in the place of the index of its weights: an error, not a bug', () => {
    layAsPython(wanted.filter((name) => name !== 'model.safetensors'));
    mkdirSync(join(snapshot(), 'model.safetensors.index.json'));
    expect(() => findEncoder('org/tiny', 'main', folder, environment())).toThrow(HumanError);
  });

  it('is gone on with where it is only a part', async () => {
    layAsPython(['config.json', 'model.safetensors']);
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeUndefined();
    await get();
    expect(requests().filter((what) => what.includes('/resolve/'))).toEqual([
      `GET /org/tiny/resolve/${commit}/tokenizer_config.json`,
      `GET /org/tiny/resolve/${commit}/vocab.txt`,
    ]);
  });

  it('needs to say how to cut texts, or to be known to say nothing', async () => {
    const bare = wanted.filter((name) => name !== 'tokenizer_config.json');
    layAsPython(bare);
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeUndefined();
    mkdirSync(join(repo(), '.no_exist', commit), { recursive: true });
    writeFileSync(join(repo(), '.no_exist', commit, 'tokenizer_config.json'), '');
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeDefined();
  });

  it('is downloaded anew where its bytes were deleted', async () => {
    layAsPython(wanted);
    rmSync(join(repo(), 'blobs', sha256(weights)));
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeUndefined();
    await get();
    expect(readFileSync(join(snapshot(), 'model.safetensors')).equals(weights)).toBe(true);
  });

  it('is linked anew where a link leads nowhere', async () => {
    layAsPython(wanted);
    rmSync(join(snapshot(), 'model.safetensors'));
    symlinkSync(join('..', '..', 'blobs', 'gone'), join(snapshot(), 'model.safetensors'));
    await get();
    expect(readlinkSync(join(snapshot(), 'model.safetensors'))).toContain(sha256(weights));
    expect(requests().filter((what) => what.includes('/resolve/'))).toEqual([]);
  });

  it.each([
    ['whose bytes are there', 0],
    ['whose bytes are damaged too', 1],
  ])('is replaced where a file was cut off, %s', async (_, downloads) => {
    layAsPython(wanted);
    rmSync(join(snapshot(), 'model.safetensors'));
    writeFileSync(join(snapshot(), 'model.safetensors'), weights.subarray(0, 1000));
    if (downloads > 0) writeFileSync(join(repo(), 'blobs', sha256(weights)), weights.subarray(0, 1000));
    // What is whole by its names is not looked at: something has to be missing.
    rmSync(join(snapshot(), 'vocab.txt'));
    await get();
    expect(readFileSync(join(snapshot(), 'model.safetensors')).equals(weights)).toBe(true);
    expect(requests().filter((what) => what.includes('/resolve/'))).toHaveLength(downloads);
  });

  it('was moved, not linked, where it could make no links: it is not downloaded again', async () => {
    layAsPython(wanted);
    for (const name of wanted as (keyof typeof files)[]) {
      rmSync(join(snapshot(), name));
      writeFileSync(join(snapshot(), name), files[name]);
    }
    rmSync(join(repo(), 'blobs'), { recursive: true });
    rmSync(join(snapshot(), 'vocab.txt'));
    await get();
    expect(requests().filter((what) => what.includes('/resolve/'))).toHaveLength(1);
  });

  it('of older versions is gone on with, once nobody writes to it', async () => {
    mkdirSync(join(repo(), 'blobs'), { recursive: true });
    const part = join(repo(), 'blobs', `${sha256(weights)}.incomplete`);
    writeFileSync(part, weights.subarray(0, 70_000));
    const past = new Date(Date.now() - 60_000);
    utimesSync(part, past, past);
    await get();
    expect(hub.asked.filter(({ range }) => range !== undefined).map(({ range }) => range)).toEqual([
      'bytes=70000-',
      'bytes=70000-',
    ]);
    expect(readdirSync(join(repo(), 'blobs'))).toHaveLength(wanted.length);
  });
});

describe('a folder', () => {
  it('beside the experiment is taken before the Hub is asked', async () => {
    mkdirSync(join(folder, 'org', 'tiny'), { recursive: true });
    for (const encoder of ['org/tiny', './org/tiny', join(folder, 'org', 'tiny')])
      expect(await get({ encoder })).toEqual({ folder: join(folder, 'org', 'tiny') });
    expect(hub.asked).toEqual([]);
  });

  it('may be in the home folder', async () => {
    mkdirSync(join(folder, 'mine'));
    const env = environment({ HOME: folder, USERPROFILE: folder });
    expect(findEncoder('~/mine', 'main', '/elsewhere', env)).toEqual({ folder: join(folder, 'mine') });
  });

  it.each(['./none', '../none', '/none/at/all', '~/none-at-all', 'C:\\none'])('must be there: %s', (path) => {
    expect(() => findEncoder(path, 'main', folder, environment())).toThrow(/^There is no folder .*none/);
  });

  it('has no variables in its name: their values would be told', () => {
    const env = environment({ HOME: folder, USERPROFILE: folder, HF_TOKEN: token });
    for (const path of ['~/$HF_TOKEN', './$HF_TOKEN'])
      expect(() => findEncoder(path, 'main', folder, env)).toThrow(/^There is no folder .*HF_TOKEN/);
  });

  it('must be one', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => findEncoder('./file', 'main', folder, environment())).toThrow('is a file, not a folder');
  });

  it.each([
    ['a/b/c', 'main', 'is neither a folder nor the name of a model'],
    ['org/../tiny', 'main', 'is neither'],
    ['bert base uncased', 'main', 'is neither'],
    ['org/tiny', '../../etc', 'is no branch, tag or commit'],
    ['org/tiny', 'a//b', 'is no branch'],
    ['org/tiny', '-x', 'is no branch'],
    ['org/tiny', 'a\nb', 'is no branch'],
  ])('is not %j at %j, nor is a model', (encoder, revision, expected) => {
    expect(() => findEncoder(encoder, revision, folder, environment())).toThrow(expected);
    expect(existsSync(cache)).toBe(false);
  });
});

describe('without a connection', () => {
  it('a branch is taken from the cache, with a warning', async () => {
    layAsPython(wanted);
    const env = environment({ HF_ENDPOINT: `http://${await freePort()}` });
    const found = await get({ env });
    expect(found).toMatchObject({ folder: snapshot(), commit });
    expect(found.warning).toMatch(/^There is no connection to 127.*cache has of org\/tiny is used\.$/);
  });

  it('so it is where the Hub does not answer, without waiting for long', async () => {
    layAsPython(wanted);
    hub.answer(/revision/, silence);
    const found = await get({ patience: 100 });
    expect(found.warning).toContain('nothing came any more');
    expect(hub.asked).toHaveLength(1);
  });

  it('what the cache has not is an error', async () => {
    const host = await freePort();
    const error = await failure(get({ env: environment({ HF_ENDPOINT: `http://${host}` }) }));
    expect(error.message).toBe(`There is no connection to ${host} (ECONNREFUSED).`);
    expect(error.hint).toContain('name their folder as the encoder');
  });

  it.each(['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'])('nothing is asked where %s says so', async (name) => {
    const env = environment({ [name]: '1' });
    const error = await failure(get({ env }));
    expect(error.message).toContain(`${name} forbids to connect`);
    expect(error.hint).toContain(cache);
    layAsPython(wanted);
    expect(await get({ env })).toEqual({ folder: snapshot(), commit });
    expect(hub.asked).toEqual([]);
  });
});

describe('goes on', () => {
  it('where the connection was cut', async () => {
    hub.answer(/storage/, cutAfter(80_000));
    await get({ patience: 500 });
    const ranges = hub.asked.filter(({ what }) => what.includes('storage')).map(({ range }) => range);
    expect(ranges).toHaveLength(2);
    // Who asked may have got less than was sent.
    if (ranges[1] !== undefined) expect(ranges[1]).toMatch(/^bytes=[1-8]\d*-$/);
    expect(readFileSync(join(snapshot(), 'model.safetensors')).equals(weights)).toBe(true);
  });

  it('where an earlier run was ended', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const before = wanted
      .slice(0, 1)
      .concat(wanted.slice(2))
      .reduce((sum, name) => sum + files[name as keyof typeof files].length, 0);
    hub.answer(/storage/, stallAfter(120_000));
    const progress = (done: number) => {
      if (done === before + 120_000) controller.abort(reason);
    };
    await expect(get({ signal: controller.signal, progress })).rejects.toBe(reason);
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeUndefined();
    expect(existsSync(join(repo(), 'blobs', `${sha256(weights)}.incomplete`))).toBe(true);
    hub.asked.length = 0;
    await get();
    expect(hub.asked.at(-1)!.range).toBe('bytes=120000-');
    expect(requests().filter((what) => what.includes('/resolve/'))).toHaveLength(1);
  });

  const passing: [what: string, pattern: RegExp, answers: Answer[]][] = [
    ['an answer that is cut off', /revision/, [text('{"sha":"012')]],
    ['a list that is cut off', /tree/, [text('[{"type":"file","pa')]],
    ['too many requests', /revision/, [status(429, { 'retry-after': '0' })]],
    ['too many requests for a file', /config\.json/, [status(429)]],
    ['a failing server', /revision|tree/, [status(500), status(502), status(503), status(504)]],
    ['a failing storage', /storage/, [status(500), status(503)]],
    ['a server that does not answer', /tree/, [silence]],
    ['a storage that stops', /storage/, [stallAfter(10), stallAfter(10)]],
  ];
  it.each(passing)('after %s', async (_, pattern, answers) => {
    hub.answer(pattern, ...answers);
    expect(await get({ patience: 150 })).toEqual({ folder: snapshot(), commit });
    expect(readFileSync(join(snapshot(), 'model.safetensors')).equals(weights)).toBe(true);
  });
});

describe('gives up', () => {
  const many = (answer: Answer) => Array.from({ length: 30 }, () => answer);
  const failing: [what: string, pattern: RegExp, answer: Answer, message: RegExp, hint: RegExp][] = [
    ['wrong bytes', /storage/, wrongBytes, /its SHA-256 sum is .* instead of/, /proxy or a mirror/],
    ['wrong bytes of a small file', /config\.json/, wrongBytes, /its git sum is/, /proxy or a mirror/],
    ['a file of another size', /storage/, otherSize, /another file: 400000 bytes/, /other means/],
    ['a circle', /storage/, circle, /only ever sends on/, /other means/],
    ['a circle of the Hub', /revision/, circle, /only ever sends on/, /other means/],
    ['too many requests', /tree/, status(429, { 'retry-after': '600' }), /asked too often/, /10 minutes/],
    ['many failures', /tree/, status(500), /fails again and again: .* 500/, /Try|try/],
    [
      'a storage that refuses',
      /storage/,
      status(403),
      /does not give this file \(status 403\)/,
      /other means/,
    ],
    [
      'a gated model',
      /tree/,
      status(403, { 'x-error-code': 'GatedRepo' }),
      /let in/,
      /licence at .*org\/tiny/,
    ],
    ['no such model', /revision/, status(404, { 'x-error-code': 'RepoNotFound' }), /no model/, /HF_TOKEN/],
    [
      'no such branch',
      /revision/,
      status(404, { 'x-error-code': 'RevisionNotFound' }),
      /no branch/,
      /"main"/,
    ],
    ['a login page', /revision/, text('<html>Log in', 'text/html'), /as the Hugging Face Hub/, /login/],
    ['null', /revision/, text('null'), /as the Hugging Face Hub does/, /HF_ENDPOINT/],
    ['no commit', /revision/, text('{"sha":"../../x"}'), /another form/, /HF_ENDPOINT/],
    ['no list', /tree/, text('{}'), /another form/, /HF_ENDPOINT/],
    ['a list of nothing', /tree/, text('[]'), /has no config\.json/, /Look at/],
    [
      'a sum that is a path',
      /tree/,
      text(JSON.stringify([{ type: 'file', path: 'config.json', size: 1, oid: '../../../../../evil' }])),
      /another form/,
      /HF_ENDPOINT/,
    ],
  ];
  it.each(failing)('at %s', async (_, pattern, answer, message, hint) => {
    hub.answer(pattern, ...many(answer));
    const error = await failure(get({ env: environment({ HF_TOKEN: token }), patience: 500 }));
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(findEncoder('org/tiny', 'main', folder, environment())).toBeUndefined();
    const blobs = existsSync(join(repo(), 'blobs')) ? readdirSync(join(repo(), 'blobs')) : [];
    expect(blobs).not.toContain(sha256(weights));
    expect(blobs.filter((name) => name.endsWith('.incomplete'))).toEqual([]);
  });

  it('at a model that is not there, and says which may be meant', async () => {
    const error = await failure(get({ encoder: 'distilbert-base-uncasd' }));
    expect(error.message).toContain('There is no model "distilbert-base-uncasd"');
    expect(error.hint).toContain('Did you mean "distilbert-base-uncased"?');
  });

  it('at a gated model, whose files the Hub lists', async () => {
    hub.models.set('org/tiny', { files, commit, gated: true });
    const error = await failure(get());
    expect(error.message).toContain('only to those who were let in (status 401)');
    expect(error.hint).toBe(
      `Accept its licence at ${hub.url()}/org/tiny, and set HF_TOKEN to a token of your account.`,
    );
  });

  it('at a token that the Hub does not know', async () => {
    hub.answer(/revision/, status(401));
    const error = await failure(get({ env: environment({ HF_TOKEN: token }) }));
    expect(error.message).toContain('does not accept the access token');
  });

  const lacking: [what: string, lacks: string, expected: RegExp, hint: RegExp][] = [
    ['weights but a pickle', 'model.safetensors', /only pytorch_model\.bin/, /save_pretrained/],
    ['configuration', 'config.json', /has no config\.json/, /Look at/],
    ['vocabulary', 'vocab.txt', /nor a vocabulary/, /Look at/],
  ];
  it.each(lacking)('at a model that has no %s', async (_, lacks, expected, hint) => {
    const rest = Object.fromEntries(Object.entries(files).filter(([name]) => name !== lacks));
    hub.models.set('org/tiny', { files: rest, commit });
    const error = await failure(get());
    expect(error.message).toMatch(expected);
    expect(error.hint).toMatch(hint);
    expect(requests().filter((what) => what.includes('/resolve/'))).toEqual([]);
  });

  it.each([
    ['{"weight_map":{"a":"../../../x.safetensors"}}', /does not say where/],
    ['{"weight_map":{}}', /does not say where/],
    ['[', /does not say where/],
    ['{"weight_map":{"a":"b.safetensors"}}', /names b\.safetensors, which is not there/],
  ])('at an index of the weights that is %s', async (index, expected) => {
    const { 'model.safetensors': _, ...rest } = files;
    const pieces = { ...rest, 'model.safetensors.index.json': Buffer.from(index) };
    hub.models.set('org/tiny', { files: pieces, commit });
    expect((await failure(get())).message).toMatch(expected);
  });

  it('writes nothing outside of the cache, whatever the Hub lists', async () => {
    const evil = { type: 'file', path: '../../../evil.safetensors', size: 1, oid: 'a'.repeat(40) };
    hub.answer(/tree/, text(JSON.stringify([evil, ...listing({ files, commit })])));
    await get();
    expect(readdirSync(folder)).toEqual(['cache']);
    expect(readdirSync(snapshot()).sort()).toEqual(wanted);
  });

  it('reads no list without an end', async () => {
    const endless: Answer = (request, response) => {
      const next = `<${hub.url()}${request.url}>; rel="next"`;
      response.writeHead(200, { 'content-type': 'application/json', link: next });
      response.end(JSON.stringify(Array.from({ length: 4000 }, () => listing({ files, commit })[1])));
    };
    hub.answer(/tree/, ...many(endless));
    expect((await failure(get())).message).toContain('its list of files has no end');
    expect(hub.asked.length).toBeLessThan(6);
  });
});
