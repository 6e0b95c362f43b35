/** Baseline, metrics, several labels a row and downloads on the built page, in Chromium. */
import { describe, expect, it } from 'vitest';
import type { BaselineScores, EvaluatedRow, FromPage, RunState, ToPage } from '../../src/protocol/dashboard';
import { matchesFilter } from '../../src/runs/predictions';
import { RunView, withIntervals } from '../../src/runs/run-view';
import { missingBrowser, type OpenOptions, type OpenPage } from './page';
import { madeEvaluation, madeEvents, madeHeader, stateOf } from './states';
import { usePages } from './use-pages';

const missing = missingBrowser();
const space = '\u202f';
const baseline: BaselineScores = {
  ...{ id: 'b', name: '<b>imdb baseline</b>' },
  validation: { loss: 0.05, accuracy: 0.983, macroF1: 0.981, matthews: 0.912 },
};
const labels = ['a', 'b', 'c', '<i>d</i>'];

const rows: EvaluatedRow[] = [
  [
    ['a', 'c'],
    ['a', '<i>d</i>'],
  ],
  [[], ['c']],
  [['b'], []],
].map(([truth = [], predicted = []], i) => ({
  ...{ text: `text ${i}`, truth: truth.join(', '), predicted: predicted.join(', '), probability: 0.9 },
  ...{ labels: { truth, predicted }, file: 'a.jsonl', line: i + 1 },
}));

describe.skipIf(missing)('the dashboard of one run', () => {
  const newPage = usePages();
  const view = new RunView();
  view.apply(madeEvents({ classes: 3, epochs: 3, batches: 40 }));

  async function openRun(changes: Partial<RunState> = {}, options: OpenOptions = {}): Promise<OpenPage> {
    const page = await newPage(options);
    await page.send({ type: 'snapshot', state: { ...stateOf(view, madeHeader(view), {}), ...changes } });
    await page.page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  it('draws the baseline of the same rows, also where it is off the curves, and tells it under the crosshair', async () => {
    const { page, send, problems } = await openRun();
    const marks = () => page.locator('.uplot canvas').first().evaluate(imageOf);
    await page.locator('.u-over').first().waitFor();
    const before = await marks();
    const legend = page.getByRole('group', { name: 'Curves of Loss' });
    expect(await legend.getByRole('button', { name: /Baseline/ }).count()).toBe(0);
    await send({ type: 'delta', changed: { baseline } });
    await legend.getByRole('button', { name: 'Baseline 0.0500' }).waitFor();
    await expect.poll(marks).not.toBe(before);
    await page
      .locator('.u-over')
      .first()
      .hover({ position: { x: 100, y: 50 } });
    const tooltips = page.locator('.tooltip');
    await expect.poll(() => tooltips.nth(0).innerText()).toMatch(/Baseline\s+0\.0500$/);
    expect(await tooltips.nth(1).innerText()).toMatch(/Baseline\s+98\.3\u202f%$/);

    await page.getByRole('button', { name: 'Show Accuracy as a table' }).press('Enter');
    const foot = page.getByRole('table', { name: 'Accuracy by epoch' }).locator('tfoot tr');
    expect(await foot.innerText()).toBe(`Baseline\t–\t98.3${space}%`);
    expect(await foot.locator('th').getAttribute('title')).toBe(baseline.name);
    // It can be hidden as any curve.
    await legend.getByRole('button', { name: 'Baseline 0.0500' }).click();
    expect(await legend.getByRole('button', { name: /Baseline/ }).getAttribute('aria-pressed')).toBe('false');
    expect(problems).toEqual([]);
  });

  it('draws no line of a score that the baseline has not', async () => {
    const { page } = await openRun({
      baseline: { ...baseline, validation: { loss: null, accuracy: 0.983 } },
    });
    await page
      .getByRole('group', { name: 'Curves of Accuracy' })
      .getByRole('button', { name: /Baseline/ })
      .waitFor();
    const loss = page.getByRole('group', { name: 'Curves of Loss' });
    expect(await loss.getByRole('button', { name: /Baseline/ }).count()).toBe(0);
  });

  it('draws any metric by epoch, and keeps the choice', async () => {
    const { page } = await openRun({ baseline });
    const metric = page.getByRole('combobox', { name: 'Metric of this chart' });
    expect(await metric.inputValue()).toBe('accuracy');
    await metric.selectOption({ label: 'Matthews correlation' });
    await page.getByRole('heading', { name: 'Matthews correlation' }).waitFor({ state: 'attached' });
    const lines = page.getByRole('button', { name: /^Baseline/ });
    await expect.poll(() => lines.allInnerTexts()).toEqual(['Baseline 0.0500', 'Baseline 0.912']);
    // One that the baseline was not measured by.
    await metric.selectOption({ label: 'Brier score' });
    await expect.poll(() => lines.allInnerTexts()).toEqual(['Baseline 0.0500']);
    await metric.selectOption({ label: 'Matthews correlation' });
    await page.getByRole('button', { name: 'Show Matthews correlation as a table' }).press('Enter');
    const cells = page.getByRole('table', { name: 'Matthews correlation by epoch' }).locator('tbody td');
    expect(await cells.allInnerTexts()).toEqual(
      view.epochs.map(({ validation }) => validation.matthews!.toFixed(3)),
    );
    const foot = page.getByRole('table', { name: 'Matthews correlation by epoch' }).locator('tfoot');
    expect(await foot.innerText()).toBe('Baseline\t0.912');
    const kept = (await page.evaluate('window.kept')) as object;
    const again = await openRun({}, { kept });
    expect(await again.page.getByRole('combobox').inputValue()).toBe('matthews');
  });

  it('lists the metric that decides about the best epoch, where it is none of those always shown', async () => {
    const heads = (page: OpenPage['page']) =>
      page.locator('.epochs thead tr').nth(1).locator('th').allInnerTexts();
    const always = ['loss', 'accuracy', 'loss', 'accuracy', 'macro F1'];
    const best = { epoch: 3, metric: 'validation.rocAuc', value: 0.93 };
    const { page } = await openRun({ header: madeHeader(view, { best }) });
    expect(await heads(page)).toEqual([...always, 'ROC AUC']);
    expect(await page.locator('.facts', { hasText: 'Best validation ROC AUC' }).innerText()).toContain(
      '0.930 (epoch 3)',
    );
    const loss = { ...best, metric: 'validation.loss' };
    expect(await heads((await openRun({ header: madeHeader(view, { best: loss }) })).page)).toEqual(always);
  });

  it('shows every metric of an evaluation with what it says, and how reliable its probabilities are', async () => {
    const evaluation = withIntervals(madeEvaluation(labels));
    const { page, problems } = await openRun({ evaluation }, { kept: { choices: { tab: 'evaluation' } } });
    const metrics = page.getByRole('region', { name: 'All metrics' });
    for (const [name, value] of [
      ['Matthews correlation', '0.774'],
      ['ROC AUC', '0.951'],
      ['PR AUC', '0.912'],
      ['Log loss', '0.3980'],
      ['Brier score', '0.172'],
      ['Calibration error', `4.3${space}%`],
    ] as const) {
      const row = metrics.locator('tr', { has: page.getByRole('rowheader', { name, exact: true }) });
      expect(await row.locator('td').innerText(), name).toBe(value);
      expect(await row.getAttribute('title'), name).toMatch(/\w{3,}.*\.$/);
    }
    const averages = page.getByRole('table', { name: 'Averages' });
    expect(await averages.locator('tbody tr').count()).toBe(3);
    expect(await page.locator('.reliability circle').count()).toBe(
      evaluation.reliability.filter((part) => part.rows > 0).length,
    );
    await page.getByText('As numbers').click();
    const numbers = page.getByRole('table', { name: 'Right rows by the probability that was given' });
    expect(await numbers.locator('tbody tr').count()).toBe(7);
    const heads = page.locator('.class-scores thead th');
    expect(await heads.allInnerTexts()).toEqual([
      ...['Class', 'Precision', 'Recall', 'F1', 'ROC AUC', 'PR AUC', 'Rows'],
    ]);
    expect(problems).toEqual([]);
  });

  it('has no matrix of several labels a row, but the errors of each label', async () => {
    const evaluation = withIntervals(madeEvaluation(labels, 2, 'multi-label'));
    const reply = (message: FromPage): ToPage | undefined => {
      if (message.type !== 'listRows') return undefined;
      const found = rows.filter((row) => matchesFilter(row, message.filter));
      return { type: 'rows', request: message.request, total: found.length, rows: found };
    };
    const { page, posted, problems } = await openRun(
      { evaluation },
      { reply, kept: { choices: { tab: 'evaluation' } } },
    );
    const items = page.locator('.row-list li');
    await items.nth(2).waitFor();
    expect(await page.locator('textclf-matrix').count()).toBe(0);
    expect(await page.locator('.class-scores thead th').allInnerTexts()).toContain('Threshold');
    const marks = items.first().locator('.mark');
    expect(await marks.allInnerTexts()).toEqual(['right:\na', 'missed:\nc', 'given wrongly:\n<i>d</i>']);

    await page.locator('.class-scores').getByRole('button', { name: 'c', exact: true }).press('Enter');
    await page.getByRole('heading', { name: 'Errors of the label' }).waitFor();
    expect(posted.at(-1)).toMatchObject({ type: 'listRows', filter: { label: 'c' } });
    await expect.poll(() => items.count()).toBe(2);
    await page.getByRole('button', { name: 'Clear filter' }).press('Enter');
    await page.getByRole('heading', { name: 'Wrongly classified' }).waitFor();
    expect(await page.locator('textclf-dashboard i:not(.codicon)').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it.each([
    ['several labels', ['a', '<i>d</i>'], ['a', '<i>d</i>']],
    ['no label', [], []],
  ])('tries a text that gets %s', async (name, given, shown) => {
    const classes = labels.map((label, i) => ({ label, probability: 0.9 - 0.2 * i }));
    const reply = (message: FromPage): ToPage | undefined =>
      message.type === 'predict'
        ? {
            ...{ type: 'prediction', request: message.request },
            prediction: { labels: given, label: given.join(', ') || name, probability: 0.5, classes },
          }
        : undefined;
    const { page } = await openRun(
      { settings: { data: { task: 'multi-label' } } },
      { reply, kept: { choices: { tab: 'try', draft: 'a text' } } },
    );
    const answer = page.locator('.answer');
    await answer.waitFor();
    expect(await answer.locator('.mark').allInnerTexts()).toEqual(shown);
    if (shown.length === 0) expect(await answer.innerText()).toBe('No label');
    expect(await page.locator('.bars tr.winner').count()).toBe(shown.length);
  });

  it('says how much is cut off, and warns where that is much', async () => {
    const { data } = view;
    const cut = (cutTokenShare: number) => ({
      ...data!,
      lengths: { ...data!.lengths, cutTokenShare, cutTexts: 812 },
    });
    const settings = { tokenizer: { maxLength: 256 } };
    const { page, send } = await openRun({ data: cut(0.09), settings });
    await page.getByText(`812 texts, 9.0${space}% of all tokens`).waitFor();
    expect(await page.locator('.caution').count()).toBe(0);
    await send({ type: 'delta', changed: { data: cut(0.183) } });
    const words = await page.locator('.caution').innerText();
    expect(words).toContain(`18.3${space}% of all tokens`);
    expect(words).toContain('after 256 tokens');
  });

  it('counts the iterations of a baseline, which has no learning rate', async () => {
    const { page } = await openRun({ settings: { model: { type: 'baseline' } } });
    await page
      .locator('.u-over')
      .first()
      .hover({ position: { x: 100, y: 50 } });
    await expect.poll(() => page.locator('.tooltip').first().innerText()).toMatch(/^Iteration \d+\s/);
    await page.getByRole('button', { name: 'Show Loss as a table' }).press('Enter');
    await page.getByRole('table', { name: 'Loss by iteration' }).waitFor();
    expect(await page.getByText('Learning rate').count()).toBe(0);
  });

  it('shows how far a download is', async () => {
    const download = { name: 'glove.6B.100d', done: 66_400_000, total: 134_300_000 };
    const header = madeHeader(new RunView(), { phase: 'downloading', download });
    const { page, send } = await openRun({ header });
    const progress = page.locator('.progress-text');
    await expect
      .poll(() => progress.innerText())
      .toMatch(/Downloading glove\.6B\.100d · 66\.4\u202fMB of 134\u202fMB\s+49\u202f%/);
    await send({
      type: 'delta',
      changed: { header: madeHeader(view, { phase: 'reading data', batches: 0 }) },
    });
    await expect.poll(() => progress.innerText()).toBe('Reading data');
  });

  it.each([77, 150])('shows an evaluation of %i classes', async (classes) => {
    const names = Array.from({ length: classes }, (_, i) => `intent ${i}`);
    const evaluation = withIntervals(madeEvaluation(names));
    const { page } = await openRun({ evaluation }, { width: 400, kept: { choices: { tab: 'evaluation' } } });
    await page.getByRole('button', { name: 'Show the whole matrix' }).click();
    await page.locator('table.matrix').waitFor();
    const wide = 'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth';
    expect(await page.evaluate(wide)).toBe(0);
    expect(await page.locator('.class-scores tbody tr').count()).toBe(classes);
  });
});

interface CanvasNode {
  toDataURL(): string;
}

function imageOf(node: CanvasNode): string {
  return node.toDataURL();
}
