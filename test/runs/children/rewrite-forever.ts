// Replaces one file without a pause, each time by a different letter, many times over.
import { writeFileAtomic } from '../../../src/runs/atomic';

for (let round = 0; ; round++) {
  writeFileAtomic(process.argv[2]!, String.fromCharCode(97 + (round % 26)).repeat(300_000));
}
