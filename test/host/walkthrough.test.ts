import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8'));
const pictures: string[] = contributes.walkthroughs[0].steps.map(
  ({ media }: { media: { svg: string } }) => media.svg,
);

// The page that shows them has a policy against styles; without them, a picture would be a black box.
it.each(pictures)('%s is drawn with attributes and the colours of the theme alone', (file) => {
  const picture = readFileSync(file, 'utf8');
  expect(picture).not.toMatch(/<style|\sstyle=|\sclass=|<script|<image|href=/);
  for (const [, paint] of picture.matchAll(/(?:fill|stroke)="([^"]*)"/g)) {
    expect(paint).toMatch(/^(none|var\(--vscode-[\w-]+, .+\))$/);
  }
});
