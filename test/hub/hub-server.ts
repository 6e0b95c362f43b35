/** A small Hugging Face Hub on this machine, and the storage that it sends to for large files. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export interface HubModel {
  files: Record<string, Buffer>;
  commit: string;
  private?: boolean;
  gated?: boolean;
}

/** What each of its branches has. */
export type HubDataset = Record<string, HubModel>;

export interface Asked {
  /** `GET /api/models/a/revision/main`, of the storage with its name before the path. */
  what: string;
  authorization: string | undefined;
  range: string | undefined;
}

export type Answer = (request: IncomingMessage, response: ServerResponse, file: Buffer) => void;

export const sha256 = (file: Buffer) => createHash('sha256').update(file).digest('hex');
export const gitSum = (file: Buffer) =>
  createHash('sha1').update(`blob ${file.length}\0`).update(file).digest('hex');
export const isLarge = (path: string) => /\.(?:safetensors|bin|onnx|model|parquet)$/.test(path);

export const token = 'hf_secret_of_the_test';

interface Commit {
  repo: string;
  header: { summary?: string };
  files: Record<string, Buffer>;
  authorization: string | undefined;
}

export function hubServer() {
  const models = new Map<string, HubModel>();
  const datasets = new Map<string, HubDataset>();
  const asked: Asked[] = [];
  const stored = new Map<string, Buffer>();
  const commits: Commit[] = [];
  let faults: { pattern: RegExp; answers: Answer[] }[] = [];
  const hub = createServer((request, response) => void answer(request, response, '', atHub));
  const storage = createServer((request, response) => void answer(request, response, 'storage', atStorage));

  beforeAll(() => Promise.all([hub, storage].map(listen)));
  beforeEach(() => {
    for (const kept of [models, datasets, stored]) kept.clear();
    asked.length = 0;
    commits.length = 0;
    faults = [];
  });
  afterAll(() => {
    for (const server of [hub, storage]) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    host: string,
    handle: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void,
  ) {
    const what = `${request.method} ${host}${request.url}`;
    asked.push({ what, authorization: request.headers.authorization, range: request.headers.range });
    const fault = faults.find(({ pattern, answers }) => answers.length > 0 && pattern.test(what));
    if (fault) return fault.answers.shift()!(request, response, fileOf(request.url!));
    // Who asked may have gone away meanwhile.
    const chunks = await request.toArray().catch(() => undefined);
    if (chunks) handle(request, response, Buffer.concat(chunks));
  }

  /** What an address stands for, for faults that send a part of it. */
  function fileOf(url: string): Buffer {
    const sum = /^\/objects\/(\w+)/.exec(url)?.[1];
    const path = /\/resolve\/[^/]+\/(.+)$/.exec(decodeURI(url))?.[1];
    const branches = [...datasets.values()].flatMap((dataset) => Object.values(dataset));
    const files = [...models.values(), ...branches].flatMap(({ files }) => Object.entries(files));
    return files.find(([name, file]) => name === path || sha256(file) === sum)?.[1] ?? Buffer.alloc(0);
  }

  function atStorage(request: IncomingMessage, response: ServerResponse, body: Buffer) {
    const sum = request.url!.replace('/objects/', '');
    if (request.method !== 'PUT') return sendFile(request, response, fileOf(request.url!));
    if (sha256(body) !== sum) return void response.writeHead(400).end();
    stored.set(sum, body);
    response.writeHead(200).end();
  }

  function atHub(request: IncomingMessage, response: ServerResponse, body: Buffer) {
    const { pathname } = new URL(request.url!, 'http://hub');
    const resolve = /^\/(datasets\/)?(.+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname);
    if (resolve) {
      const branches = branchesOf(resolve[1] ? 'datasets' : 'models', resolve[2]!);
      const branch = Object.values(branches).find(({ commit }) => commit === resolve[3]);
      return giveFile(request, response, branch, decodeURIComponent(resolve[4]!));
    }
    const read = /^\/api\/(models|datasets)\/(.+)\/(revision|tree)\/([^/]+)$/.exec(pathname);
    if (read && request.method === 'GET') {
      const [, type, name, kind, revision] = read as unknown as [string, string, string, string, string];
      const branches = branchesOf(type, name);
      const [first] = Object.values(branches);
      if (!first || !mayRead(first, request)) return refuse(response, 401, 'RepoNotFound');
      const asked = decodeURIComponent(revision);
      const model = branches[asked] ?? Object.values(branches).find(({ commit }) => commit === asked);
      if (!model) return refuse(response, 404, 'RevisionNotFound');
      if (kind === 'tree') return json(response, listing(model));
      return json(response, { _id: '1', id: name, sha: model.commit, private: model.private ?? false });
    }
    take(request, response, pathname, body);
  }

  function branchesOf(type: string, name: string): Record<string, HubModel> {
    const model = models.get(name);
    return (type === 'datasets' ? datasets.get(name) : model && { main: model }) ?? {};
  }

  function giveFile(
    request: IncomingMessage,
    response: ServerResponse,
    model: HubModel | undefined,
    path: string,
  ) {
    const file = model?.files[path];
    if (!model || !file) return refuse(response, 404, 'EntryNotFound');
    if (model.gated && !request.headers.authorization) return refuse(response, 401, 'GatedRepo');
    if (!mayRead(model, request)) return refuse(response, 401, 'RepoNotFound');
    const headers = { 'x-repo-commit': model.commit };
    if (!isLarge(path)) return sendFile(request, response, file, { ...headers, etag: `"${gitSum(file)}"` });
    const linked = { 'x-linked-etag': `"${sha256(file)}"`, 'x-linked-size': String(file.length) };
    const location = `http://127.0.0.1:${portOf(storage)}/objects/${sha256(file)}`;
    response.writeHead(302, { ...headers, ...linked, location }).end();
  }

  /** What is sent to the Hub: a repository to make, what is to be stored, a commit. */
  function take(request: IncomingMessage, response: ServerResponse, pathname: string, body: Buffer) {
    const authorization = request.headers.authorization;
    if (authorization !== `Bearer ${token}`) return refuse(response, 401);
    if (pathname === '/api/whoami-v2') return json(response, { name: 'me', type: 'user', auth: {} });
    if (pathname === '/api/repos/create') {
      const { name, organization, visibility } = JSON.parse(body.toString());
      const id = `${organization}/${name}`;
      if (organization === 'others') return refuse(response, 403);
      if (models.has(id)) return refuse(response, 409);
      models.set(id, { files: {}, commit: gitSum(Buffer.from(id)), private: visibility === 'private' });
      return json(response, { url: `http://hub/${id}`, id });
    }
    const lines = body.toString().split('\n');
    if (/\/preupload\/main$/.test(pathname)) {
      const { files } = JSON.parse(lines[0]!);
      const modes = files.map(({ path }: { path: string }) => ({
        path,
        uploadMode: isLarge(path) ? 'lfs' : 'regular',
      }));
      return json(response, { files: modes });
    }
    if (pathname.endsWith('.git/info/lfs/objects/batch')) {
      const { objects } = JSON.parse(lines[0]!);
      const answers = objects.map(({ oid, size }: { oid: string; size: number }) => {
        const upload = { href: `http://127.0.0.1:${portOf(storage)}/objects/${oid}` };
        return { oid, size, ...(stored.has(oid) ? {} : { actions: { upload } }) };
      });
      return json(response, { transfer: 'basic', objects: answers });
    }
    const repo = /^\/api\/models\/(.+)\/commit\/main$/.exec(pathname)?.[1];
    if (repo === undefined) return refuse(response, 404);
    const commit: Commit = { repo, header: {}, files: {}, authorization };
    for (const line of lines) {
      const { key, value } = JSON.parse(line);
      if (key === 'header') commit.header = value;
      if (key === 'file') commit.files[value.path] = Buffer.from(value.content, 'base64');
      if (key === 'lfsFile') commit.files[value.path] = stored.get(value.oid)!;
    }
    commits.push(commit);
    json(response, { commitOid: 'c'.repeat(40), commitUrl: `http://hub/${repo}/commit/c` });
  }

  return {
    models,
    datasets,
    asked,
    stored,
    commits,
    url: () => `http://127.0.0.1:${portOf(hub)}`,
    /** The next requests of this form get these answers; those after them what they ask for. */
    answer: (pattern: RegExp, ...answers: Answer[]) => faults.push({ pattern, answers }),
    cut: () => {
      for (const server of [hub, storage]) server.closeAllConnections();
    },
  };
}

const mayRead = (model: HubModel, request: IncomingMessage) =>
  !model.private || request.headers.authorization === `Bearer ${token}`;

const listen = (server: Server) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

const portOf = (server: Server) => (server.address() as AddressInfo).port;

export function listing({ files }: HubModel): object[] {
  const entries = Object.entries(files).map(([path, file]) => ({
    type: 'file',
    path,
    size: file.length,
    // Of a large file, git has a note about where it is.
    oid: gitSum(isLarge(path) ? Buffer.from(`oid sha256:${sha256(file)}`) : file),
    ...(isLarge(path) ? { lfs: { oid: sha256(file), size: file.length, pointerSize: 134 } } : {}),
  }));
  return [{ type: 'directory', path: 'onnx', size: 0, oid: gitSum(Buffer.from('onnx')) }, ...entries];
}

export function json(response: ServerResponse, body: unknown) {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code?: string) {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(code === undefined ? {} : { 'x-error-code': code }),
    })
    .end(JSON.stringify({ error: 'the Hub says no' }));
}

/** The file or the part that is asked for, as servers do. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: Buffer,
  headers: Record<string, string> = {},
) {
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const body = file.subarray(Number(from ?? 0));
  const range = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` };
  response.writeHead(from === undefined ? 200 : 206, {
    etag: `"${sha256(file)}"`,
    ...headers,
    'content-length': body.length,
    ...(from === undefined ? {} : range),
  });
  response.end(body);
}

/** Sends only so many bytes of what is asked for, and then nothing any more, with the connection open. */
export const stallAfter =
  (count: number): Answer =>
  (request, response, file) => {
    const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const body = file.subarray(Number(from ?? 0));
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': body.length,
      etag: `"${sha256(file)}"`,
      'content-range': `bytes ${from ?? 0}-${file.length - 1}/${file.length}`,
    });
    response.write(body.subarray(0, count));
  };

export const cutAfter =
  (count: number): Answer =>
  (_, response, file) => {
    response.writeHead(200, { 'content-length': file.length, etag: `"${sha256(file)}"` });
    response.write(file.subarray(0, count), () => response.destroy());
  };

/** Other bytes of the same number. */
export const wrongBytes: Answer = (request, response, file) =>
  sendFile(request, response, Buffer.alloc(file.length, 7));

export const otherSize: Answer = (request, response, file) =>
  sendFile(request, response, Buffer.concat([file, file]));

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(code, headers).end('<html>no</html>');
  };

/** Text in the place of an answer. */
export const text =
  (body: string, type = 'application/json'): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': type }).end(body);
  };

/** Never answers. */
export const silence: Answer = () => {};

/** Sends on to itself, for ever. */
export const circle: Answer = (request, response) => {
  response.writeHead(302, { location: request.url! }).end();
};
