import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const core = JSON.stringify(require.resolve('@tensorflow/tfjs-core'));
const cpu = JSON.stringify(require.resolve('@tensorflow/tfjs-backend-cpu'));

/**
 * What a native package looks like from outside, on TensorFlow.js's JavaScript. It asks of `util` what tfjs-node does,
 * so that it does not load where that is missing.
 */
export function worksOn(device: 'cpu' | 'cuda'): string {
  return `
  const util_1 = require('util');
  const tf = require(${core});
  require(${cpu});
  tf.env().set('IS_TEST', true);
  if (util_1.isNullOrUndefined(tf) || !util_1.isArray([])) throw new Error('not this');
  const seen = { isUsingGpuDevice: ${device === 'cuda'} };
  module.exports = { ...tf, backend: () => Object.assign(Object.create(tf.backend()), seen) };`;
}

/** Puts a package into a folder, as npm would. */
export function installFake(
  folder: string,
  name: 'tfjs-node' | 'tfjs-node-gpu',
  code: string,
  manifest: object = { version: '4.22.0' },
): void {
  const home = join(folder, 'node_modules/@tensorflow', name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ main: 'index.js', ...manifest }));
  writeFileSync(join(home, 'index.js'), code);
}
