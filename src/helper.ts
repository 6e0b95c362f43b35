import './runtime/environment';
import { methods } from './helper/methods';
import { createServer } from './helper/serve';

const server = createServer(methods, (message) => {
  // The editor may go away while it is being written to; 'disconnect' deals with that.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
});
process.on('message', server.receive);
process.once('disconnect', async () => {
  await server.close();
  process.exit();
});
