import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createRandom } from '../../src/data/random';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export const bytes = 300_000;
const random = createRandom(1);
export const contents = Buffer.from(Uint8Array.from({ length: bytes }, () => random.integer(256)));
export const md5 = createHash('md5').update(contents).digest('hex');

/** A server of one file on this machine, which answers as it is told and writes down what it was asked. */
export function fileServer() {
  const requests: { range: string | undefined; ifRange: string | undefined }[] = [];
  let answers: Answer[] = [];
  const server = createServer((request, response) => {
    requests.push({
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
    });
    (answers.shift() ?? whole)(request, response);
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  beforeEach(() => {
    requests.length = 0;
    answers = [];
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    requests,
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/vectors.gz`,
    /** Hears a download's progress, and ends its connection when it has come so far. */
    cutAt:
      (...places: number[]) =>
      (done: number) => {
        if (places.includes(done)) server.closeAllConnections();
      },
    /** What the next requests get; those after them get the file. */
    answer(...next: Answer[]) {
      answers = next;
    },
  };
}

/** The file or the part that is asked for, as servers do. */
export const whole: Answer = (request, response) => send(request, response, contents);

function send(request: IncomingMessage, response: ServerResponse, file: Buffer): Buffer {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const version = '"v1"';
  const matches = request.headers['if-range'] === undefined || request.headers['if-range'] === version;
  const start = from !== undefined && matches ? Number(from) : 0;
  if (start >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    return Buffer.alloc(0);
  }
  const body = file.subarray(start);
  const range = { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` };
  response.writeHead(from !== undefined && matches ? 206 : 200, {
    'content-length': body.length,
    etag: version,
    ...(from !== undefined && matches ? range : {}),
  });
  response.end(body);
  return body;
}

/** Ends the connection in the middle; who asked may have got less than was sent. */
export const cut: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': bytes, etag: '"v1"' });
  response.write(contents.subarray(0, bytes / 2), () => response.destroy());
};

/** Knows nothing of ranges: always the whole file, of which `count` bytes come. */
export const withoutRanges =
  (count = bytes): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-length': bytes });
    if (count === bytes) response.end(contents);
    else response.write(contents.subarray(0, count));
  };

/** As `whole`, but sends only so many bytes and then nothing any more, with the connection open. */
export const stallAfter =
  (count: number): Answer =>
  (request, response) => {
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from ?? 0);
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': bytes - start,
      etag: '"v1"',
      'content-range': `bytes ${start}-${bytes - 1}/${bytes}`,
    });
    response.write(contents.subarray(start, start + count));
  };

/** Other bytes of the same number. */
export const wrongBytes: Answer = (request, response) => {
  send(request, response, Buffer.alloc(bytes, 7));
};

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(code, headers).end('<html>no</html>');
  };

/** An address on this machine that nobody listens at. */
export async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}
