import { describe, expect, it } from 'vitest';
import { type Languages, languageName, languagesOf } from '../../src/inspection/languages';
import { wordTokenizer } from '../../src/text/tokenize';

const tokenize = wordTokenizer({ lowercase: true, stripHtml: true, keepEmoticons: false });
const seen = (text: string) => ({ text, words: tokenize(text) });

const english = [
  'I have been waiting for this film for a long time, and it was worth every minute of it in the end.',
  'The story is about a man who loses his job and finds out that there is more to life than that.',
  'There are moments when you do not know whether to laugh or to cry, which is what I like about it.',
  'They should have spent more of the money on the script and less of it on the cars that explode.',
  'You can watch it with your family on a rainy day, but do not expect too much from the ending.',
];
const german = [
  'Der Film erzählt von einem Mann, der seine Arbeit verliert und danach ein neues Leben anfängt.',
  'Man weiß nicht immer, ob man lachen oder weinen soll, und genau das hat mir daran gefallen.',
  'Für einen verregneten Nachmittag mit der Familie ist das gar nicht schlecht, mehr aber auch nicht.',
];
const repeat = (texts: readonly string[], count: number) =>
  Array.from({ length: count }, (_, i) => seen(texts[i % texts.length]!));

describe('a set of English texts', () => {
  const languages = languagesOf(repeat(english, 100)) as Languages;
  const other = (text: string) => {
    const language = languages.other(text, tokenize(text));
    return language && languageName(language);
  };

  it('is English', () => {
    expect(languages.main).toEqual(['en']);
  });

  it.each([
    [german[0]!, 'German'],
    [
      'Ce film raconte la vie d’une petite famille qui vit au bord de la mer et qui ne veut plus jamais partir.',
      'French',
    ],
    [
      'La película cuenta la historia de una familia que vive cerca del mar y que nunca quiere marcharse de allí.',
      'Spanish',
    ],
    ['这部电影讲述了一个住在海边的家庭的故事，他们再也不想离开那里，我非常喜欢这个故事。', 'Chinese'],
    ['Этот фильм рассказывает о семье, которая живёт у моря и никогда не хочет уезжать оттуда.', 'Russian'],
  ])('has a stranger in %s', (text, language) => {
    expect(other(text)).toBe(language);
  });

  it.each([
    ...english,
    // Names, titles and what looks foreign in an English sentence.
    'Who wrote Les Miserables and Notre Dame de Paris ?',
    'Gérard Depardieu, Isabelle Adjani, Bruno Nuytten, Laurent Grévill, Alain Cuny, Madeleine Robinson',
    'Bernal and Talancón are an immensely appealing couple, and even though their story is predictable, you will want things to work out.',
    'lol gr8 c u l8r m8 txt me bk wen ur home pls x x x luv u lots n lots xxx',
    'FREE entry 2 win FA Cup tkts txt FA to 87121 std txt rate T&Cs apply 08452810075over18s',
    'http://www.example.com/some/path?query=1 http://www.example.com/other/path http://example.com/a/b/c',
    '100 200 300 400 500 600 700 800 900 1000 1100 1200 1300 1400 1500 1600 1700 1800',
    'aaaa bbbb cccc dddd',
    '',
  ])('has nobody strange in %s', (text) => {
    expect(other(text)).toBeUndefined();
  });
});

it('is not told from a few texts, or from texts in many languages', () => {
  expect(languagesOf(repeat(english, 20))).toBeUndefined();
  expect(languagesOf([])).toBeUndefined();
  expect(languagesOf([...repeat(english, 50), ...repeat(german, 50)])).toBeUndefined();
});

it('may be more than one', () => {
  const languages = languagesOf([...repeat(english, 90), ...repeat(german, 20)])!;
  expect(languages.main).toEqual(['en', 'de']);
  expect(languages.other(german[1]!, tokenize(german[1]!))).toBeUndefined();
});
