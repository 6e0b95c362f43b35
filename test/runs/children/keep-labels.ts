// Says of many labels that they are right.
import { keepLabel } from '../../../src/runs/kept-labels';

const [root, name, count] = process.argv.slice(2) as [string, string, string];
for (let i = 0; i < Number(count); i++) keepLabel(root, `${name} ${i}`);
