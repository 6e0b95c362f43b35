/** The tab of rows that look mislabelled on the built page, in Chromium. */
import { describe, expect, it } from 'vitest';
import type { FromPage, RunState } from '../../src/protocol/dashboard';
import type { LabelIssue, LabelSummary } from '../../src/protocol/label-issues';
import { RunView } from '../../src/runs/run-view';
import { sortLabelIssues } from '../../src/runs/sort-labels';
import { missingBrowser, type OpenPage } from './page';
import { madeEvents, madeHeader, stateOf } from './states';
import { usePages } from './use-pages';

const missing = missingBrowser();
const space = '\u202f';

const issues = Array.from({ length: 60 }, (_, i): LabelIssue => {
  const labels = i % 2 === 0 ? ['<b>neg</b>'] : ['pos'];
  return {
    ...{ file: 'data/train.csv', line: 100 - i, text: `<i>text</i> ${i}`, digest: '', labels },
    suggested: i % 2 === 0 ? ['pos'] : [],
    ...{ probability: 0.001 * i, suggestedProbability: 1 - 0.001 * i, score: 0.001 * i },
  };
});
const summary: LabelSummary = { by: 'folds', rows: 6_920, issues: issues.length, wrongShare: 0.0513 };

type Asked = Extract<FromPage, { type: 'listLabelIssues' }>;

describe.skipIf(missing)('the tab of labels', () => {
  const newPage = usePages();
  const view = new RunView();
  view.apply(madeEvents({ classes: 3, epochs: 1, batches: 4 }));

  async function openRun(labels: RunState['labels']): Promise<OpenPage> {
    const page = await newPage();
    await page.send({ type: 'snapshot', state: { ...stateOf(view, madeHeader(view), {}), labels } });
    await page.page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  /** Answers the page's last request as the extension would. */
  async function answer({ posted, send }: OpenPage, nth: number): Promise<Asked> {
    const asked = () => posted.filter((message): message is Asked => message.type === 'listLabelIssues');
    await expect.poll(() => asked().length).toBe(nth);
    const last = asked().at(-1)!;
    const sorted = sortLabelIssues(issues, last.sorting).slice(last.offset, last.offset + last.limit);
    await send({ type: 'labelIssues', request: last.request, total: issues.length, issues: sorted });
    return last;
  }

  it('lists the likeliest first, each with a link to its line, and more on demand', async () => {
    const run = await openRun(summary);
    const { page, posted, problems } = run;
    await page.getByRole('tab', { name: 'Labels 60' }).click();
    expect(await answer(run, 1)).toMatchObject({
      sorting: { column: 'score', descending: false },
      offset: 0,
    });
    const lines = page.getByRole('table', { name: 'Rows that look mislabelled' }).locator('tbody tr');
    await expect.poll(() => lines.count()).toBe(50);
    const cells = (nth: number) => lines.nth(nth).locator('td').allInnerTexts();
    // Labels and texts are text.
    expect(await cells(0)).toEqual([
      '<b>neg</b>',
      'pos',
      `100.0${space}%`,
      'data/train.csv:100',
      '<i>text</i> 0',
    ]);
    expect((await cells(1))[1]).toBe('none');
    await page.getByRole('button', { name: 'Show 10 more' }).click();
    expect(await answer(run, 2)).toMatchObject({ offset: 50 });
    await expect.poll(() => lines.count()).toBe(60);
    expect(await page.getByRole('button', { name: / more$/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'data/train.csv:100' }).click();
    expect(posted.at(-1)).toEqual({ type: 'openRow', file: 'data/train.csv', line: 100 });
    expect(problems).toEqual([]);
  });

  it('sorts by a column, the other way round, and as it was', async () => {
    const run = await openRun(summary);
    await run.page.getByRole('tab', { name: 'Labels 60' }).click();
    await answer(run, 1);
    const row = run.page.getByRole('button', { name: 'Row', exact: true });
    const first = run.page.locator('.label-issues tbody tr').first().locator('td').nth(3);
    const steps = [
      [{ column: 'place', descending: false }, 'data/train.csv:41'],
      [{ column: 'place', descending: true }, 'data/train.csv:100'],
      [{ column: 'score', descending: false }, 'data/train.csv:100'],
    ] as const;
    for (const [i, [sorting, place]] of steps.entries()) {
      await row.click();
      expect(await answer(run, i + 2)).toMatchObject({ sorting, offset: 0 });
      await expect.poll(() => first.innerText()).toBe(place);
    }
  });

  it('says who judged, and what to do for all rows to be judged', async () => {
    const folds = await openRun(summary);
    await folds.page.getByRole('tab', { name: 'Labels 60' }).click();
    const words = await folds.page.locator('.labels-hint').innerText();
    expect(words).toMatch(/^Every training row was judged by a model that had not been trained on it\./);
    expect(words).toContain(`About 5.1${space}% of all labels are wrong`);
    expect(words).toContain('of the first hundred six in ten');
    const plain = await openRun({ ...summary, by: 'validation', rows: 1_000 });
    await plain.page.getByRole('tab', { name: 'Labels 60' }).click();
    const ofPart = await plain.page.locator('.labels-hint').innerText();
    expect(ofPart).toContain('of the first hundred a third to a half');
    expect(ofPart).toMatch(
      /^Only the 1\u202f000 validation rows were judged\. With "validation": \{ "folds": 5 \} every training row is\./,
    );
  });

  it('says so where nothing looks wrong or the list cannot be read, and is not there where nothing was judged', async () => {
    const none = await openRun({ ...summary, issues: 0, wrongShare: 0 });
    await none.page.getByRole('tab', { name: 'Labels 0' }).click();
    await none.page.getByText('No label looks wrong.').waitFor();
    expect(none.posted.filter(({ type }) => type === 'listLabelIssues')).toEqual([]);

    const broken = await openRun(summary);
    await broken.page.getByRole('tab', { name: 'Labels 60' }).click();
    await expect.poll(() => broken.posted.some(({ type }) => type === 'listLabelIssues')).toBe(true);
    const { request } = broken.posted.find(
      (message): message is Asked => message.type === 'listLabelIssues',
    )!;
    await broken.send({ type: 'refused', request, message: 'It is <b>gone</b>.' });
    expect(await broken.page.getByRole('alert').innerText()).toBe('It is <b>gone</b>.');

    const unjudged = await openRun(null);
    expect(await unjudged.page.getByRole('tab', { name: /Labels/ }).count()).toBe(0);
  });
});
