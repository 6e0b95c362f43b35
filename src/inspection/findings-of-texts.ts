/** Findings about single texts. */
import { isTelling } from '../data/copies';
import { countOf } from '../protocol/count';
import type { LengthReport } from '../protocol/inspection';
import { type Found, foundRows, type NotedRows } from './found';
import { languageName } from './languages';

/** From this share of the rows on it is no slip of single rows, but of whole files. */
const systematic = 0.01;

const is = (rows: number) => (rows === 1 ? 'is' : 'are');

/** Texts of which the model would read nothing. */
export function emptyTexts(rows: NotedRows, all: number): Found[] {
  return foundRows(
    {
      kind: 'emptyText',
      severity: isTelling(rows.count, all) ? 'warning' : 'info',
      title: `${countOf(rows.count, 'text')} ${rows.count === 1 ? 'has' : 'have'} no word`,
      hint: 'The tokenizer leaves nothing of them: the model sees one unknown word. Take these rows out.',
    },
    rows,
  );
}

/**
 * @param damaged texts whose words are other ones now
 * @param stray texts with what stands between words
 */
export function wrongEncoding(damaged: NotedRows, stray: NotedRows, all: number): Found[] {
  return [
    ...foundRows(
      {
        kind: 'wrongEncoding',
        severity: damaged.count >= systematic * all ? 'warning' : 'info',
        title: `${countOf(damaged.count, 'text')} ${is(damaged.count)} probably damaged by a wrong encoding`,
        hint: 'Words are not what they were: they went through another encoding before they came into this file. Make the file anew from its source, as UTF-8.',
      },
      damaged,
    ),
    ...foundRows(
      {
        kind: 'wrongEncoding',
        severity: 'info',
        title: `${countOf(stray.count, 'text')} ${stray.count === 1 ? 'has' : 'have'} HTML entities or control characters`,
        hint: 'Leftovers of pages or of another encoding: the model reads "&amp;" as the word "amp". Replace them by what they stand for.',
      },
      stray,
    ),
  ];
}

export function wrongLanguage(rows: NotedRows, main: readonly string[], all: number): Found[] {
  return foundRows(
    {
      kind: 'wrongLanguage',
      severity: rows.count >= systematic * all ? 'warning' : 'info',
      title: `${countOf(rows.count, 'text')} ${is(rows.count)} probably not in ${main.map(languageName).join(' or ')}`,
      hint: 'From a few rows a model learns little of another language. Only texts that are long enough to tell are judged; which language it is, is a guess.',
    },
    rows,
  );
}

/** Tokens that are cut off in all: less is a few texts' end. */
const muchCut = 0.1;

export function cutTexts({ unit, maxLength, cutRows, cutShare }: LengthReport, trainRows: number): Found[] {
  if (maxLength === null || cutShare < muchCut) return [];
  // A few very long texts may hold most of what is cut.
  const percent = (share: number) => (share < 0.005 ? 'Less than 1 %' : `${Math.round(share * 100)} %`);
  return [
    {
      finding: {
        kind: 'cutTexts',
        severity: 'info',
        title: `${percent(cutRows / trainRows)} of the training texts are cut: ${percent(cutShare)} of all ${unit} are never read`,
        hint: `Of each text ${countOf(maxLength, unit.slice(0, -1))} are read. Raise "maxLength" if what decides comes later; time grows with it.`,
        rows: 0,
      },
      rows: [],
    },
  ];
}
