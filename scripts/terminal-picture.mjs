// What a command prints in a terminal, as an SVG picture:
//
//   npm start && FORCE_COLOR=1 node dist/cli.js train experiments/quickstart.textclf.json |
//     node scripts/terminal-picture.mjs '$ npm ci && npm start' > media/quickstart.svg
import { argv, stdin, stdout } from 'node:process';
import { stripVTControlCharacters } from 'node:util';

const charWidth = 7.83;
const lineHeight = 18;
const margin = 24;

/** How a terminal's codes look, as attributes of a stretch of text. */
const styles = {
  1: { 'font-weight': 'bold' },
  2: { fill: '#8b949e' },
  31: { fill: '#ff7b72' },
  32: { fill: '#7ee787' },
  33: { fill: '#d29922' },
  36: { fill: '#79c0ff' },
};
/** The codes that end a style: all, bold and dim, the colour. */
const resets = { 0: /./, 22: /^(1|2)$/, 39: /^3\d$/ };

let text = '';
for await (const chunk of stdin.setEncoding('utf8')) text += chunk;
const lines = [argv[2] ?? '', '', ...text.trimEnd().split('\n')];
const width = Math.ceil(
  Math.max(...lines.map((line) => stripVTControlCharacters(line).length)) * charWidth + 2 * margin,
);
const height = lines.length * lineHeight + 2 * margin - 12;
const drawn = lines.map(drawLine).filter((line) => line !== '');
stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="What the command prints in a terminal">
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">
${drawn.join('\n')}
</g>
</svg>
`);

function drawLine(line, number) {
  let active = [];
  let column = 0;
  const spans = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how a terminal's codes begin
  for (const [, codes, words] of line.matchAll(/(?:\x1b\[([\d;]*)m)|([^\x1b]+)/g)) {
    for (const code of codes?.split(';') ?? []) {
      active = resets[code || 0] ? active.filter((one) => !resets[code || 0].test(one)) : [...active, code];
    }
    if (words === undefined) continue;
    if (words.trim() !== '')
      spans.push(drawSpan(words, column, Object.assign({}, ...active.map((code) => styles[code]))));
    column += words.length;
  }
  return spans.length > 0 ? `<text y="${30 + number * lineHeight}">${spans.join('')}</text>` : '';
}

function drawSpan(words, column, style) {
  const attributes = Object.entries(style).map(([name, value]) => ` ${name}="${value}"`);
  const [x, length] = [margin + column * charWidth, words.length * charWidth];
  return `<tspan x="${x.toFixed(1)}"${attributes.join('')} textLength="${length.toFixed(1)}">${escaped(words)}</tspan>`;
}

function escaped(words) {
  // Browsers join spaces, but none that must not break.
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(' ', '\u00a0');
}
