/** What is told of data, on the built page in Chromium: as a page of its own and as a run's first tab. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { InspectionState, ToPage } from '../../src/protocol/dashboard';
import { RunView } from '../../src/runs/run-view';
import { count } from '../../webview/format';
import {
  cleanData,
  dataPage,
  listFindingRows,
  type MadeData,
  manyClassesData,
  readyState,
  reviewsData,
} from './data-states';
import { missingBrowser, type OpenOptions, type OpenPage, until } from './page';
import { madeEvents, madeHeader, madeSearch, stateOf } from './states';
import { themes } from './themes';
import { usePages } from './use-pages';

const missing = missingBrowser();

describe.skipIf(missing)('what is told of data', () => {
  const newPage = usePages();

  async function openPage(message: ToPage, options: OpenOptions = {}): Promise<OpenPage> {
    const page = await newPage(options);
    await page.send(message);
    await page.page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  const openState = (inspection: InspectionState, options?: OpenOptions) =>
    openPage(dataPage(inspection), options);

  const openData = (data: MadeData, options: OpenOptions = {}) =>
    openState(readyState(data), { reply: (message) => listFindingRows(message, data), ...options });

  const finding = (page: Page, title: string | RegExp) => page.getByRole('button', { name: title });
  const posts = ({ posted }: OpenPage) => posted.filter(({ type }) => type !== 'ready');

  it('has the parts with their files, and the classes with counts, shares and bars', async () => {
    const { page, problems } = await openData(reviewsData());
    expect(await page.locator('.data-parts .tile').allInnerTexts()).toEqual([
      expect.stringMatching(/^Training, 40.0\u202f%\s+20\u202f000 rows\s+train.csv$/),
      expect.stringMatching(/^Validation, 10.0\u202f%\s+5\u202f000 rows\s+train.csv$/),
      expect.stringMatching(/^Test, 50.0\u202f%\s+25\u202f000 rows\s+2 files/),
    ]);
    const table = page.getByRole('table', { name: 'Rows of each class' });
    expect(
      (await table.locator('tbody tr').allInnerTexts()).map((text) =>
        text
          .split(/\s*\n\s*|\t/)
          .join(' ')
          .replace(/\s+/g, ' ')
          .trim(),
      ),
    ).toEqual([
      'neg 10 021 50.1 % 2 479 49.6 % 12 500 50.0 %',
      'pos 9 979 49.9 % 2 521 50.4 % 12 500 50.0 %',
    ]);
    const widths = await page.evaluate(
      '[...document.querySelectorAll(".class-counts .bar")].map((bar) => bar.getBoundingClientRect().width)',
    );
    expect((widths as number[])[0]).toBeGreaterThan((widths as number[])[3]!);
    expect(problems).toEqual([]);
  });

  it('draws the lengths with the mark where texts are cut, and has them as a table', async () => {
    const data = reviewsData();
    const { page } = await openData(data);
    const { bins, longest } = data.report.lengths;
    await page.locator('.cut-line').waitFor();
    const boxes = (await page.evaluate(
      '[...document.querySelectorAll(".histogram-bar")].map((bar) => ({ x: bar.getBoundingClientRect().x, beyond: bar.classList.contains("beyond") }))',
    )) as { x: number; beyond: boolean }[];
    expect(boxes.length).toBe(bins.length);
    const { x } = (await page.locator('.cut-line').boundingBox())!;
    // 256 lies in the bin from 240 to 259: what is right of it is drawn otherwise.
    expect(x).toBeGreaterThan(boxes[12]!.x);
    expect(x).toBeLessThan(boxes[13]!.x);
    expect(boxes.map(({ beyond }) => beyond)).toEqual(bins.map(({ from }) => from >= 260));
    await page.locator('.histogram-bars').hover({ position: { x: 3, y: 100 } });
    await page.locator('.tooltip', { hasText: '0 to 19 words' }).waitFor();
    await page.getByRole('button', { name: 'Show the lengths as a table' }).focus();
    await page.keyboard.press('Enter');
    const rows = page.getByRole('region', { name: 'Length of the texts as a table' }).locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(bins.length);
    expect(await rows.last().innerText()).toMatch(new RegExp(`^780 or more\\s+${bins.at(-1)!.rows}\\s`));
    expect(await page.locator('.lengths .lines').innerText()).toContain(count(longest));
    expect(await page.locator('.lengths .lines').innerText()).toMatch(
      /Cut after\s+256 words: [\d\u202f]+ rows/,
    );
  });

  it('lists the rows of a finding by pages, copies together, and opens each at its line', async () => {
    const opening = await openData(reviewsData());
    const { page } = opening;
    const head = finding(page, /60 test rows are also trained on/);
    expect(await head.getAttribute('aria-expanded')).toBe('false');
    await head.focus();
    await page.keyboard.press('Enter');
    const rows = page.locator('.finding-rows > li');
    await rows.nth(49).waitFor();
    expect(await rows.count()).toBe(50);
    // A pair is shown with one text and two places.
    expect(await rows.nth(0).innerText()).toMatch(
      /^training\s+neg\s+data\/train.csv:10\s+leaked review 0: a great film$/,
    );
    expect(await rows.nth(1).innerText()).toMatch(/^test\s+neg\s+data\/test.csv:900$/);
    expect(await rows.nth(1).getAttribute('class')).toMatch(/with-before/);
    expect(await rows.nth(2).getAttribute('class')).not.toMatch(/with-before/);
    await rows.nth(1).getByRole('link').click();
    expect(posts(opening).at(-1)).toEqual({ type: 'openRow', file: 'data/test.csv', line: 900 });
    await page.getByRole('button', { name: 'Show 50 more' }).click();
    await page.getByRole('button', { name: 'Show 20 more' }).click();
    await rows.nth(119).waitFor();
    expect(await page.getByRole('button', { name: /^Show \d+ more/ }).count()).toBe(0);
    const asked = opening.posted.filter((message) => message.type === 'listFindingRows');
    expect(asked.map(({ offset, finding: index }) => [index, offset])).toEqual([
      [0, 0],
      [0, 50],
      [0, 100],
    ]);
  });

  it('shows hostile texts as texts, and empty ones as empty', async () => {
    const { page, problems } = await openData(reviewsData());
    await finding(page, /another label elsewhere/).click();
    await finding(page, /2 texts are empty/).click();
    await page.locator('.finding-rows').getByText('<img src=x onerror', { exact: false }).first().waitFor();
    await page.getByText('(empty)').waitFor();
    await page.getByText('(nothing but spaces)').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).not.toBe('taken');
    expect(problems).toEqual([]);
  });

  it('says that all is clean', async () => {
    const { page } = await openData(cleanData());
    await page.getByText(/^All clean: no duplicates/).waitFor();
    expect(await page.getByRole('status').first().innerText()).toBe('The data was read: all clean');
  });

  it('says how far reading is, and can end it', async () => {
    const opening = await openState({ status: 'reading', done: 41, total: 100 });
    await opening.page.getByText('41\u202f%').waitFor();
    await opening.page.getByRole('button', { name: 'Cancel' }).click();
    expect(posts(opening)).toEqual([{ type: 'cancelInspection' }]);
    await opening.send({ type: 'inspection', state: { status: 'none' } });
    await opening.page.getByRole('button', { name: 'Inspect data' }).click();
    expect(posts(opening).at(-1)).toEqual({ type: 'inspect' });
  });

  it('says why the data cannot be read, where, and tries again', async () => {
    const opening = await openState({
      status: 'refused',
      message: 'This row has 3 columns <b>where</b> the header has 2.',
      hint: 'Put the text into double quotes.',
      place: { file: 'data/reviews.csv', line: 124 },
    });
    const { page } = opening;
    await page
      .getByRole('alert')
      .getByText('This row has 3 columns <b>where</b> the header has 2.')
      .waitFor();
    await page.getByRole('link', { name: 'data/reviews.csv:124' }).click();
    await page.getByRole('button', { name: 'Try again' }).click();
    expect(posts(opening)).toEqual([
      { type: 'openRow', file: 'data/reviews.csv', line: 124 },
      { type: 'inspect' },
    ]);
  });

  it('says that the data has changed, and forgets the rows of an older report', async () => {
    const data = reviewsData();
    const opening = await openData(data);
    const { page, send } = opening;
    await finding(page, /60 test rows/).click();
    await page.locator('.finding-rows > li').first().waitFor();
    await send({ type: 'inspection', state: readyState(data, { isStale: true, isAsTrained: false }) });
    await page.getByText('The data or the experiment has changed since it was read.').waitFor();
    await page.getByText(/^These are not the rows that this run was trained on/).waitFor();
    // What was listed stays while the person decides.
    expect(await page.locator('.finding-rows > li').count()).toBe(50);
    await page.locator('.caution').getByRole('button', { name: 'Inspect again' }).click();
    expect(posts(opening).at(-1)).toEqual({ type: 'inspect' });
    await send({ type: 'inspection', state: { status: 'reading', done: 0, total: 0 } });
    await send({ type: 'inspection', state: readyState(data) });
    await finding(page, /60 test rows/).waitFor();
    expect(await page.locator('.finding-rows > li').count()).toBe(0);
  });

  it('sorts many classes by size, and by any column at will', async () => {
    const data = manyClassesData(150);
    const { page, problems } = await openData(data);
    const names = () => page.locator('.class-counts tbody th').allInnerTexts();
    const first = await names();
    expect(first.length).toBe(150);
    const bySize = data.report.labels
      .map((label, i) => ({ label, rows: data.report.parts[0]!.counts[i]! }))
      .sort((a, b) => b.rows - a.rows);
    expect(first).toEqual(bySize.map(({ label }) => label));
    await page.locator('.class-counts').getByRole('button', { name: 'Class' }).click();
    expect((await names()).slice(0, 4)).toEqual([
      ...['a very long name of a class that nobody would ever want to read 3'],
      ...['a very long name of a class that nobody would ever want to read 23'],
      ...['a very long name of a class that nobody would ever want to read 43'],
      ...['a very long name of a class that nobody would ever want to read 63'],
    ]);
    await finding(page, /31\s220 rows are copies/).click();
    for (let i = 0; i < 39; i++) await page.getByRole('button', { name: 'Show 50 more' }).click();
    await page.getByText('These are the first 2\u202f000 of 31\u202f220 rows.').waitFor();
    expect(problems).toEqual([]);
  }, 60_000);

  it.each(Object.values(themes))('fits a panel of 320 pixels ($name)', async (theme) => {
    for (const data of [reviewsData(), manyClassesData(150)]) {
      const { page } = await openData(data, { width: 320, theme });
      await page.locator('.finding-head[aria-expanded]').last().click();
      await page.locator('.finding-rows > li').first().waitFor();
      const overflow = await page.evaluate(
        'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth',
      );
      expect(overflow).toBe(0);
    }
  });

  it('leads from an experiment to its training and its file, and from a data file to an experiment', async () => {
    const opening = await openData(cleanData());
    await opening.page.getByRole('button', { name: 'Train', exact: true }).click();
    await opening.page.getByRole('button', { name: 'Open the experiment file' }).click();
    const other = await openPage(dataPage(readyState(cleanData()), { kind: 'data file', name: 'a.csv' }));
    await other.page.getByRole('button', { name: 'New experiment…' }).click();
    expect([...posts(opening), ...posts(other)]).toEqual(
      ['train', 'openFile', 'newExperiment'].map((command) => ({ type: 'dataCommand', command })),
    );
  });

  describe('in a run', () => {
    function snapshot(changes = {}): ToPage {
      const view = new RunView();
      view.apply(madeEvents({ classes: 2, epochs: 1, batches: 4 }));
      return { type: 'snapshot', state: { ...stateOf(view, madeHeader(view), {}), ...changes } };
    }

    it('is the first tab, not the one in front, and read when it is first shown', async () => {
      const opening = await openPage(snapshot());
      const { page, send } = opening;
      expect(await page.getByRole('tab').first().innerText()).toBe('Data');
      expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Training');
      expect(posts(opening)).toEqual([]);
      await page.getByRole('tab', { name: 'Data' }).click();
      await until(() => posts(opening).length > 0, 'the page to ask for the data');
      expect(posts(opening)).toEqual([{ type: 'inspect' }]);
      await send({ type: 'inspection', state: readyState(reviewsData()) });
      await page.getByRole('heading', { name: 'Findings' }).waitFor();
      await page.getByRole('tab', { name: 'Training' }).click();
      await page.getByRole('tab', { name: 'Data' }).click();
      await page.getByRole('heading', { name: 'Findings' }).waitFor();
      expect(posts(opening).length).toBe(1);
    });

    it('is not read again where the page comes back on it', async () => {
      const page = await newPage({ kept: { choices: { tab: 'data' } } });
      await page.send({ type: 'inspection', state: readyState(reviewsData()) });
      await page.send(snapshot());
      await page.page.getByRole('heading', { name: 'Findings' }).waitFor();
      expect(posts(page)).toEqual([]);
    });

    it('leaves a group with its trials in front', async () => {
      const { page } = await openPage(snapshot({ group: madeSearch(3) }));
      expect(await page.getByRole('tab').first().innerText()).toBe('Data');
      expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Trials');
    });
  });
});
