import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DownloadOptions, download } from '../../src/hub/download';
import { HumanError } from '../../src/protocol/human-error';
import {
  bytes,
  contents,
  cut,
  fileServer,
  freePort,
  md5,
  stallAfter,
  status,
  whole,
  withoutRanges,
  wrongBytes,
} from './server';

const server = fileServer();
let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-download-'));
  file = join(folder, 'cache', 'vectors.gz');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const get = (options: DownloadOptions = {}, wanted: object = {}) =>
  download(
    { url: server.url(), file, bytes, checksum: { algorithm: 'md5', hex: md5 }, ...wanted },
    { firstWait: 1, ...options },
  );

function expectWhole() {
  expect(readFileSync(file).equals(contents)).toBe(true);
  expect(readdirSync(join(folder, 'cache'))).toEqual(['vectors.gz']);
}

async function failure(work: Promise<void>): Promise<HumanError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HumanError);
  expect(existsSync(file)).toBe(false);
  return error as HumanError;
}

const ranges = () => server.requests.map(({ range }) => range);

it('downloads a file once', async () => {
  const progress = vi.fn();
  await get({ progress });
  expectWhole();
  const told = progress.mock.calls.map(([done]) => done as number);
  expect(told.at(-1)).toBe(bytes);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  await get();
  expect(ranges()).toEqual([undefined]);
});

describe('goes on', () => {
  it('where the connection was cut, with the same version of the file', async () => {
    server.answer(stallAfter(100_000), stallAfter(50_000));
    await get({ progress: server.cutAt(100_000, 150_000) });
    expectWhole();
    expect(server.requests).toEqual([
      { range: undefined, ifRange: undefined },
      { range: 'bytes=100000-', ifRange: '"v1"' },
      { range: 'bytes=150000-', ifRange: '"v1"' },
    ]);
  });

  it('from the start where the server knows no ranges', async () => {
    server.answer(withoutRanges(100_000), withoutRanges());
    await get({ progress: server.cutAt(100_000) });
    expectWhole();
    expect(ranges()).toEqual([undefined, 'bytes=100000-']);
  });

  it('where an earlier download was given up', async () => {
    server.answer(stallAfter(120_000), status(404));
    await failure(get({ progress: server.cutAt(120_000) }));
    expect(readdirSync(join(folder, 'cache'))).toEqual(['vectors.gz.part']);
    await get();
    expectWhole();
    expect(ranges()).toEqual([undefined, 'bytes=120000-', 'bytes=120000-']);
  });

  it('anew where what an earlier download left is of another file', async () => {
    server.answer(cut, status(404));
    await failure(get());
    writeFileSync(`${file}.part`, Buffer.alloc(200_000, 7));
    await get();
    expectWhole();
    expect(ranges().slice(2)).toEqual(['bytes=200000-', undefined]);
  });

  it.each([
    ['as much as the file', bytes],
    ['more than the file', bytes + 5],
  ])('anew where an earlier download left %s, but not the file', async (_, left) => {
    await get();
    rmSync(file);
    writeFileSync(`${file}.part`, Buffer.alloc(left, 7));
    await get();
    expectWhole();
  });

  it('after 429 and 503, as soon as the server asks for', async () => {
    server.answer(status(429, { 'retry-after': '1' }), status(503), status(500));
    const started = performance.now();
    await get();
    expectWhole();
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it('where nothing comes any more', async () => {
    server.answer(stallAfter(70_000));
    await get({ patience: 100 });
    expectWhole();
    expect(ranges()).toEqual([undefined, 'bytes=70000-']);
  });
});

describe('gives up', () => {
  it('after several failures in a row that brought nothing', async () => {
    server.answer(...Array.from({ length: 20 }, () => status(500)));
    const error = await failure(get());
    expect(error.message).toMatch(
      /^The download of vectors\.gz from 127\.0\.0\.1:\d+ fails again and again: .* 500\.$/,
    );
    expect(server.requests).toHaveLength(6);
  });

  it('where a server without ranges always ends too early', async () => {
    server.answer(...Array.from({ length: 20 }, () => withoutRanges(1000)));
    await failure(get({ progress: server.cutAt(1000) }));
    expect(server.requests).toHaveLength(6);
  });

  it('at once where waiting would be long', async () => {
    server.answer(status(429, { 'retry-after': '3600' }));
    expect((await failure(get())).message).toContain('429');
    expect(server.requests).toHaveLength(1);
  });

  it.each([404, 403, 410])('at once at status %i', async (code) => {
    server.answer(status(code));
    const error = await failure(get());
    expect(error.message).toContain('/files/vectors.gz');
    expect(error.hint).toContain(server.url());
    expect(server.requests).toHaveLength(1);
  });

  it('at once where the file has another size', async () => {
    expect((await failure(get({}, { bytes: bytes + 1 }))).message).toMatch(/another file: 300000 bytes/);
    expect(server.requests).toHaveLength(1);
  });

  it('where the server sends other bytes, and keeps none of them', async () => {
    server.answer(wrongBytes);
    const error = await failure(get());
    expect(error.message).toContain('MD5');
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });

  it('where there is no server', async () => {
    const host = await freePort();
    const error = await failure(get({}, { url: `http://${host}/vectors.gz` }));
    expect(error.message).toBe(`There is no connection to ${host} (ECONNREFUSED).`);
  });

  it('where a name is not known, and says that a proxy is not used', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy:8080');
    vi.stubEnv('NODE_USE_ENV_PROXY', undefined);
    const error = await failure(get({}, { url: 'http://nowhere.invalid/vectors.gz' }));
    vi.unstubAllEnvs();
    expect(error.message).toMatch(/^There is no connection to nowhere\.invalid \((ENOTFOUND|EAI_AGAIN)\)\.$/);
    expect(error.hint).toContain('HTTPS_PROXY is set, but Node');
  });

  it.each(['ftp://a/b', 'vectors.gz', 'http://me:secret@127.0.0.1/x'])('at the address %s', async (url) => {
    expect((await failure(get({}, { url }))).message).not.toContain('secret');
  });

  it.skipIf(!existsSync('/dev/full'))('where the disk is full, and leaves nothing on it', async () => {
    await get();
    rmSync(file);
    symlinkSync('/dev/full', `${file}.part`);
    const error = await failure(get());
    expect(error.message).toMatch(/^The disk is full while writing vectors\.gz\..*part\.$/);
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });

  it('where its folder cannot be made', async () => {
    writeFileSync(join(folder, 'cache'), 'a file');
    const error = await failure(get());
    expect(error.message).toBe(`There is a file where the folder ${join(folder, 'cache')} should be.`);
  });
});

it('ends when it is aborted, with the reason, and keeps what came', async () => {
  const controller = new AbortController();
  server.answer(stallAfter(90_000));
  const reason = new Error('enough');
  const progress = (done: number) => {
    if (done === 90_000) controller.abort(reason);
  };
  await expect(get({ signal: controller.signal, progress })).rejects.toBe(reason);
  expect(readFileSync(`${file}.part`).equals(contents.subarray(0, 90_000))).toBe(true);
  await expect(get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await get();
  expectWhole();
});

it('is done once where it is asked for twice at the same time, also where what was left is old', async () => {
  server.answer(stallAfter(100), status(404));
  await failure(get({ progress: server.cutAt(100) }));
  utimesSync(`${file}.part`, 0, 0);
  server.requests.length = 0;
  // The second one is asked for when the first one's part is there.
  let second: Promise<void> | undefined;
  await get({
    progress: () => {
      second ??= get();
    },
  });
  await second;
  expectWhole();
  expect(server.requests).toHaveLength(1);
});

describe('processes', () => {
  let program = '';
  beforeAll(() => {
    program = join(mkdtempSync(join(tmpdir(), 'textclf-download-')), 'program.mjs');
    const source = `
      import { download } from ${JSON.stringify(join(import.meta.dirname, '../../src/hub/download'))};
      const [url, file, bytes, md5] = process.argv.slice(2);
      const progress = (done) => console.log(done);
      const checksum = { algorithm: 'md5', hex: md5 };
      await download({ url, file, bytes: Number(bytes), checksum }, { firstWait: 1, progress });`;
    buildSync({
      stdin: { contents: source, resolveDir: import.meta.dirname },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
  });
  afterAll(() => rmSync(join(program, '..'), { recursive: true }));

  function start() {
    const child = spawn(process.execPath, [program, server.url(), file, String(bytes), md5], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data;
      child.emit('told', output);
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    const told = (what: string) =>
      new Promise<void>((resolve) => {
        child.on('told', (all: string) => all.includes(`${what}\n`) && resolve());
      });
    return { child, ended, told };
  }

  it('that is killed leaves what came to the next', async () => {
    server.answer(stallAfter(110_000));
    const first = start();
    await first.told('110000');
    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(file)).toBe(false);
    expect(await start().ended).toBe(0);
    expectWhole();
    expect(ranges()).toEqual([undefined, 'bytes=110000-']);
  });

  it('waits for another one that downloads the same, and goes on where that is killed', async () => {
    server.answer(stallAfter(80_000));
    const first = start();
    await first.told('80000');
    const second = start();
    // Told by the second one: what it sees of the first one's part.
    await second.told('80000');
    expect(server.requests).toHaveLength(1);
    first.child.kill('SIGKILL');
    expect(await second.ended).toBe(0);
    expectWhole();
    expect(ranges()).toEqual([undefined, 'bytes=80000-']);
  });

  it('never leaves a broken file, however many begin at once', async () => {
    server.answer(cut, whole, cut, cut);
    const codes = await Promise.all([start().ended, start().ended, start().ended]);
    expect(codes).toEqual([0, 0, 0]);
    expectWhole();
  });
});
