// What is bundled instead of src/runtime/open-executor.ts: a device in host memory that comes into trouble in one of its
// training steps. TEXTCLF_TEST_TROUBLE names the trouble and the step: "hang:16".
import type { DeviceChoice } from '../../../src/protocol/devices';
import { DeviceError, type DeviceTrouble } from '../../../src/runtime/device-error';
import type { Executor } from '../../../src/runtime/executor';
import { onnxruntimeExecutor } from '../../../src/runtime/onnxruntime';
import { hostDevice } from '../../support/host-device';

/** As a driver does: the thread does nothing else meanwhile. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const troubles: { readonly [Name in 'hang' | 'slow' | DeviceTrouble]?: () => void } = {
  hang: () => block(3_600_000),
  slow: () => block(1500),
  lost: () => {
    throw new DeviceError('lost', 'the graphics card is gone', { hint: 'Its driver may have crashed.' });
  },
  memory: () => {
    throw new DeviceError('memory', 'the graphics card has too little memory', { hint: 'Use another.' });
  },
};

export async function openExecutor({ device }: DeviceChoice): Promise<Executor> {
  if (device === 'cpu') return onnxruntimeExecutor({ threads: 1 });
  const [name, at] = process.env.TEXTCLF_TEST_TROUBLE!.split(':') as [keyof typeof troubles, string];
  let steps = 0;
  return hostDevice({
    meddle(program) {
      if (!/gradient/.test(program) || ++steps !== Number(at)) return;
      // Whoever waits for this moment sees it.
      process.stdout.write(`{"trouble":"${name}"}\n`);
      troubles[name]!();
    },
  });
}
