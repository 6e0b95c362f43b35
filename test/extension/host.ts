/** Runs the mocha suite; this part is inside VS Code's extension host. */
import Mocha from 'mocha';
import { appendStep, resultFileVariable } from './results';

/** Called by VS Code through the bundle (bundle.ts), with a function that defines the tests. */
export async function runSuite(define: () => Promise<void>): Promise<void> {
  const file = process.env[resultFileVariable];
  if (!file) throw new Error(`${resultFileVariable} names no file`);
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, grep: process.env.TEXTCLF_TEST_GREP });
  // What mocha does before it loads a file: the suite's files import `describe` and `it` from it.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await define();
  const failures = await new Promise<number>((done) => {
    const runner = mocha.reporter(class {} as never).run(done);
    runner.on('test', (test) => appendStep(file, { step: 'start', test: test.fullTitle() }));
    runner.on('pass', (test) => {
      appendStep(file, { step: 'pass', test: test.fullTitle(), ms: test.duration ?? 0 });
    });
    runner.on('pending', (test) => appendStep(file, { step: 'skip', test: test.fullTitle(), ms: 0 }));
    runner.on('fail', (test, error) => {
      appendStep(file, { step: 'fail', test: test.fullTitle(), error: error.stack ?? String(error) });
    });
  });
  appendStep(file, { step: 'end' });
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
