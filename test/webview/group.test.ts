/** Searches, folds and seeds on the built page, in Chromium. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { GroupState, RunState } from '../../src/protocol/dashboard';
import { RunView, withIntervals } from '../../src/runs/run-view';
import { bestTrial, planWords } from '../../webview/trials';
import { missingBrowser, type OpenOptions, type OpenPage, until } from './page';
import { madeEvaluation, madeHeader, madeRuns, madeSearch, stateOf } from './states';
import { themes } from './themes';
import { usePages } from './use-pages';

const missing = missingBrowser();
const markup = '<img src=x onerror="document.title=`taken`"><b>bold</b>';

describe.skipIf(missing)('the dashboard of a group', () => {
  const newPage = usePages();

  async function openGroup(
    group: GroupState,
    options: OpenOptions = {},
    changes: Partial<RunState> = {},
  ): Promise<OpenPage> {
    const page = await newPage(options);
    const view = new RunView();
    await page.send({
      type: 'snapshot',
      state: { ...stateOf(view, madeHeader(view), {}), group, ...changes },
    });
    await page.page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  const table = (page: Page) => page.locator('textclf-trials table');
  const firstCells = (page: Page) => table(page).locator('tbody tr > :first-child').allInnerTexts();
  const asCharts = { kept: { choices: { tab: 'charts' } } };
  const last = ({ posted }: OpenPage) => posted.at(-1);

  it('begins with its trials, whatever tab a run was left on, and says how far it is', async () => {
    const group = madeSearch(13, { planned: 20 });
    const { page, problems } = await openGroup(group, { kept: { choices: { tab: 'evaluation' } } });
    expect(await page.getByRole('tab').allInnerTexts()).toEqual([
      ...['Data', 'Trials', 'Charts', 'Try it', 'Settings', 'Log'],
    ]);
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Trials');
    await page.getByText('Search · 12 of 20 trials').first().waitFor();
    expect(await page.locator('.progress .share').innerText()).toBe('60\u202f%');
    expect(await table(page).locator('tbody tr').count()).toBe(13);
    expect(await table(page).locator('tbody tr.best').count()).toBe(1);
    expect(await page.locator('tr.best th').innerText()).toMatch(
      new RegExp(`^${bestTrial(group)!.label}\\b`),
    );
    expect(problems).toEqual([]);
  });

  it('shows what the best model of a search makes of the test rows, once that is known', async () => {
    const { page, send, posted, problems } = await openGroup(madeSearch(4));
    expect(await page.getByText('Best model on test rows').count()).toBe(0);
    const evaluation = withIntervals(madeEvaluation(['a', 'b']));
    await send({ type: 'delta', changed: { evaluation } });
    const best = page.getByRole('region', { name: 'Best model on test rows' });
    expect(await best.innerText()).toMatch(/Test accuracy\s+\d/);
    expect(await page.getByRole('tab').allInnerTexts()).toEqual([
      ...['Data', 'Trials', 'Charts', 'Evaluation', 'Try it', 'Settings', 'Log'],
    ]);
    await best.getByRole('button', { name: 'See where it errs' }).click();
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Evaluation');
    await page.locator('textclf-matrix table').first().waitFor();
    expect(posted.at(-1)).toMatchObject({ type: 'listRows', filter: {} });
    expect(problems).toEqual([]);
  });

  it('sorts by any column, the best value first', async () => {
    const group = madeSearch(13, { planned: 20 });
    const { page } = await openGroup(group);
    const sort = (name: string) => table(page).getByRole('button', { name, exact: true }).press('Enter');
    await sort('Accuracy');
    const valued = group.trials.filter(({ value }) => value !== null).sort((a, b) => b.value! - a.value!);
    expect((await firstCells(page)).map((text) => text.replace(' best', ''))).toEqual([
      ...valued.map(({ label }) => label),
      ...group.trials.filter(({ value }) => value === null).map(({ label }) => label),
    ]);
    await sort('model.hiddenSize');
    const column = await table(page).locator('tbody tr > :nth-child(5)').allInnerTexts();
    expect(column.map(Number)).toEqual(column.map(Number).sort((a, b) => a - b));
    for (const _ of [1, 2]) await sort('model.hiddenSize');
    expect((await firstCells(page))[0]).toBe('trial 1');
  });

  it('opens a trial by Enter or a click on its row, once, and makes one the experiment', async () => {
    const opened = await openGroup(madeSearch(4));
    const { page, posted } = opened;
    const rows = table(page).locator('tbody tr');
    await page.getByRole('button', { name: 'trial 2', exact: true }).press('Enter');
    await until(() => posted.length === 2, 'the trial to be opened');
    expect(last(opened)).toEqual({ type: 'openTrial', id: 'trial-2' });
    await rows.nth(2).locator('td').nth(1).click();
    await until(() => posted.length === 3, 'the trial to be opened');
    expect(last(opened)).toEqual({ type: 'openTrial', id: 'trial-3' });
    await page.getByRole('button', { name: 'Make this the experiment: trial 3' }).press('Enter');
    await until(() => posted.length === 4, 'the trial to be adopted');
    expect(last(opened)).toEqual({ type: 'adoptTrial', id: 'trial-3' });
    await page.locator('.trial-detail').getByRole('button', { name: 'Make this the experiment' }).click();
    await until(() => posted.length === 5, 'the best trial to be adopted');
    expect(last(opened)).toEqual({ type: 'adoptTrial', id: bestTrial(madeSearch(4))!.id });
  });

  it('marks a part of an axis, which leaves the trials that pass it, until the axis is clicked', async () => {
    const group = madeSearch(20);
    const { page } = await openGroup(group, asCharts);
    const svg = page.locator('svg.parallel');
    await svg.waitFor();
    const axis = page.locator('svg .grip').last();
    const box = (await axis.boundingBox())!;
    const x = box.x + box.width / 2;
    // The upper half of the metric's axis.
    await drag(page, { x, y: box.y - 6 }, { x, y: box.y + box.height / 2 });
    const values = group.trials.flatMap(({ value }) => (value === null ? [] : [value]));
    const middle = (Math.min(...values) + Math.max(...values)) / 2;
    const upper = values.filter((value) => value > middle).length;
    await page.getByText(`${upper} of 20 trials marked`).waitFor();
    expect(await page.locator('svg .trial.filtered').count()).toBe(20 - upper);
    await page.mouse.click(x, box.y + 3);
    expect(await page.locator('svg .trial.filtered').count()).toBe(0);

    await drag(page, { x, y: box.y }, { x, y: box.y + 40 });
    await page.getByRole('button', { name: 'Clear the marks' }).press('Enter');
    expect(await page.locator('svg .trial.filtered').count()).toBe(0);
  });

  it('tells the trial under the pointer, and shows the one that is clicked', async () => {
    const group = madeSearch(3);
    const opened = await openGroup(group, asCharts);
    const { page, posted } = opened;
    const svg = page.locator('svg.parallel');
    const box = (await svg.boundingBox())!;
    const points = await page.locator('svg .trial').first().getAttribute('points');
    const [a, b] = points!.split(' ').map((point) => point.split(',').map(Number));
    const middle = { x: box.x + (a![0]! + b![0]!) / 2, y: box.y + (a![1]! + b![1]!) / 2 };
    await page.mouse.move(middle.x, middle.y);
    expect(await page.locator('.parallel-box .tooltip').innerText()).toMatch(/^trial \d\s+learningRate/);
    const name = (await page.locator('.parallel-box .tooltip-head').innerText()).trim();
    await page.mouse.click(middle.x, middle.y);
    expect(await page.locator('svg .trial.chosen').count()).toBe(1);
    const detail = page.getByRole('region', { name: 'The chosen trial' });
    expect(await detail.innerText()).toContain(name);
    await detail.getByRole('button', { name: 'Open its dashboard' }).click();
    await until(() => last(opened)?.type === 'openTrial', 'the trial to be opened');
    expect(posted.at(-1)).toEqual({ type: 'openTrial', id: name.replace(' ', '-') });
  });

  it('draws the metric by the option that is chosen; a click on a point opens its trial', async () => {
    const group = madeSearch(12);
    const opened = await openGroup(group, asCharts);
    const { page } = opened;
    const chart = page.locator('textclf-chart').first();
    await chart.getByRole('combobox', { name: 'Option of this chart' }).selectOption('model.pooling');
    await chart.getByRole('heading', { name: 'Accuracy by pooling' }).waitFor({ state: 'attached' });
    await chart.locator('.u-over').waitFor();
    const point = await pointOf(chart, { choices: 4 });
    await page.mouse.move(point.x, point.y);
    const tooltip = chart.locator('.tooltip');
    await expect.poll(() => tooltip.innerText()).toMatch(/^trial \d+, .*\s+pooling\s+\w+\s+accuracy\s+\d/);
    const name = (await tooltip.innerText()).match(/^trial (\d+)/)![1];
    await page.mouse.click(point.x, point.y);
    await until(() => last(opened)?.type === 'openTrial', 'the trial to be opened');
    expect(last(opened)).toEqual({ type: 'openTrial', id: `trial-${name}` });
  });

  it('has every picture also as a table', async () => {
    const { page } = await openGroup(madeSearch(12), asCharts);
    await page.getByRole('button', { name: 'Show the settings as a table' }).press('Enter');
    await table(page).waitFor();
    expect(await page.locator('svg.parallel').count()).toBe(0);
    await page.getByRole('button', { name: 'Show Accuracy by learningRate as a table' }).press('Enter');
    await page.getByRole('table', { name: 'Accuracy by learningRate' }).waitFor();
    await page.getByRole('button', { name: 'Show Validation accuracy by trial as a table' }).press('Enter');
    const rows = page.getByRole('table', { name: 'Validation accuracy by trial' }).locator('tbody tr');
    await rows.last().waitFor();
    expect(await rows.count()).toBe(12);
  });

  it.each(['folds', 'repeat'] as const)('sums up %s: mean, deviation and each run', async (kind) => {
    const group = madeRuns(kind, 5);
    const { page, problems } = await openGroup(group);
    const summary = page.getByRole('table', { name: 'Mean and sample standard deviation' });
    expect(await summary.locator('tbody tr').nth(1).innerText()).toMatch(
      /^Accuracy\s+87\.9\u202f% ± 1\.2\u202f%\s+87\.9\u202f% ± 1\.2\u202f%$/,
    );
    expect(await firstCells(page)).toContain(`${group.trials[2]!.label} best`);
    expect(await page.getByRole('group', { name: 'Curves of Validation accuracy' }).innerText()).toMatch(
      /Mean 87\.9\u202f%\s+± 1\.2\u202f%/,
    );
    // There are no settings to write back.
    expect(await page.getByRole('button', { name: 'Make this the experiment' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it.each([
    ['no trial', { ...madeSearch(0), planned: 20 }],
    ['one trial, with no end in sight', madeSearch(1, { planned: null })],
    ['a search without options', { ...madeSearch(3, { options: [] }) }],
    ['no run that succeeded', { ...madeRuns('folds', 2), summary: { metrics: [] } }],
  ])('shows %s', async (_name, group) => {
    const { page, problems } = await openGroup(group, { width: 400 });
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      expect(await overflow(page)).toBe(0);
    }
    expect(problems).toEqual([]);
  });

  it.each([320, 700, 1_600])('fits %i pixels with 200 trials and long names', async (width) => {
    const options = Array.from({ length: 12 }, (_, i) => ({
      path: `training.optimizer.${'aVeryLongName'.repeat(4)}${i}`,
      scale: (['log', 'linear', 'choice'] as const)[i % 3]!,
    }));
    const { page } = await openGroup(madeSearch(200, { options }), { width });
    for (const tab of ['Charts', 'Trials']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await overflow(page), tab).toBe(0);
      expect(await page.locator('table:not(:has(> caption))').count(), tab).toBe(0);
    }
  });

  it('shows hostile names and values as text', async () => {
    const options: GroupState['options'] = [{ path: `a.${markup}`, scale: 'choice' }];
    const group = madeSearch(6, { options });
    for (const trial of group.trials) {
      Object.assign(trial, { label: `${trial.label} ${markup}`, settings: { [`a.${markup}`]: markup } });
      if (trial.status === 'failed') trial.message = markup;
    }
    const { page, problems } = await openGroup(group);
    for (const tab of ['Charts', 'Trials']) {
      await page.getByRole('tab', { name: tab }).click();
      if (tab === 'Charts') {
        await page.locator('svg.parallel').hover({ position: { x: 300, y: 80 } });
        await page.locator('.u-over').first().hover();
      }
      expect(await page.locator('img, textclf-trials b, svg b').count()).toBe(0);
    }
    expect(await page.locator('.trial-message').innerText()).toBe(markup);
    expect(await page.title()).toBe('');
    expect(problems).toEqual([]);
  });

  it('keeps the focus and the order while a search of 200 trials goes on', async () => {
    const { page, send } = await openGroup(madeSearch(150, { planned: 200 }));
    await table(page).getByRole('button', { name: 'Accuracy', exact: true }).click();
    await page.getByRole('button', { name: 'trial 7', exact: true }).focus();
    for (let trials = 151; trials <= 200; trials++) {
      await send({ type: 'delta', changed: { group: madeSearch(trials, { planned: 200 }) } });
    }
    await page
      .getByText(planWords(madeSearch(200)))
      .first()
      .waitFor();
    expect(await table(page).locator('tbody tr').count()).toBe(200);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('trial 7');
    const values = (await table(page).locator('tbody tr > :nth-child(3)').allInnerTexts())
      .map(Number.parseFloat)
      .filter((value) => !Number.isNaN(value));
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  it.each(Object.values(themes))('draws every line in a colour of its own in $name', async (theme) => {
    const { page } = await openGroup(madeSearch(12), { theme, ...asCharts });
    const colors = (await page.evaluate(
      `[...document.querySelectorAll('svg .trial:not(.valueless)')].map((line) => getComputedStyle(line).stroke)`,
    )) as string[];
    expect(colors.length).toBeGreaterThan(8);
    expect(new Set(colors).size).toBe(colors.length);
  });
});

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await page.mouse.up();
}

const nextFrames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

/** Some point of a scatter over choices: from top to bottom of each, until the tooltip shows. */
async function pointOf(chart: Locator, { choices }: { choices: number }): Promise<{ x: number; y: number }> {
  const over = chart.locator('.u-over');
  // It is drawn anew for another option.
  const boxOf = () => over.boundingBox({ timeout: 1000 }).catch(() => null);
  await expect.poll(boxOf).not.toBeNull();
  const box = (await boxOf())!;
  for (let choice = 0; choice < choices; choice++) {
    // The axis has 4 % of room at both ends.
    const x = box.x + (box.width * (0.04 + choice / (choices - 1))) / 1.08;
    for (let y = box.y + 4; y < box.y + box.height; y += 12) {
      await chart.page().mouse.move(x, y);
      // The chart looks at where the pointer is in its next frame.
      await chart.page().evaluate(nextFrames);
      if (await chart.locator('.tooltip').isVisible()) return { x, y };
    }
  }
  throw new Error('No point of the chart was found.');
}

function overflow(page: Page): Promise<number> {
  return page.evaluate(
    'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth',
  ) as Promise<number>;
}
