/** The helper's second thread: it reads data files. Predictions go on meanwhile on the first one. */
import { parentPort } from 'node:worker_threads';
import { inspect } from '../data/inspect';
import { packedRows } from '../data/packed-rows';
import { check } from './check';
import { report } from './report';
import { createServer, type Methods } from './serve';

const methods: Partial<Methods> = {
  check,
  inspect: ({ file }) => inspect(file),
  report,
  rowsOf: async ({ file, from, to }, { signal }) => ({ text: await packedRows(file, from, to, signal) }),
};
const server = createServer(methods, (message) => parentPort?.postMessage(message));
parentPort?.on('message', server.receive);
