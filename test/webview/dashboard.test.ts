/** The built page in Chromium, under the extension's content security policy, with the messages of a real run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluatedRow, FromPage, RowFilter, RunState, ToPage } from '../../src/protocol/dashboard';
import type { Evaluation } from '../../src/protocol/events';
import { readEvents } from '../../src/runs/events';
import { runPaths } from '../../src/runs/paths';
import { matchesFilter, readPredictions } from '../../src/runs/predictions';
import { RunView, withIntervals } from '../../src/runs/run-view';
import { textclf } from '../cli/support';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../support/toy-data';
import { missingBrowser, type OpenOptions, type OpenPage, until } from './page';
import { madeEvaluation, madeEvents, madeHeader, stateOf, stateOfRun, thawing } from './states';
import { themes } from './themes';
import { usePages } from './use-pages';

const missing = missingBrowser();
if (missing) {
  // CI has a browser: there, its absence is a failure.
  if (process.env.CI) throw new Error(missing);
  console.error(`\n!!! THE TESTS OF THE DASHBOARD IN A BROWSER WERE NOT RUN: ${missing}\n`);
}

const markup = '<img src=x onerror="document.title=`taken`"><script>document.title="taken"</script>';
const rightToLeft = '\u202eمرحبا بالعالم\u202c';

describe.skipIf(missing)('the dashboard', () => {
  const root = workspace();
  let folder: string;
  let rows: EvaluatedRow[];
  const newPage = usePages();

  beforeAll(async () => {
    // A label of the data is markup; so are some of its texts.
    const data = toyReviews(200)
      .replaceAll(',bad\n', ',<b>bad</b>\n')
      .replace('"', `"<i>${rightToLeft}</i> `);
    const experiment = toyExperiment({
      data: { validation: 0.2, test: 'test.csv' },
      training: { epochs: 2, optimizer: { type: 'adam', learningRate: 0.003 } },
      examples: [markup, '👩‍👩‍👧 a great film'],
    });
    const file = writeExperiment(root, experiment, { 'train.csv': data, 'test.csv': data });
    const { code, stderr } = await textclf(['train', file, '--json'], { cwd: root });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { stdout } = await textclf(['runs', 'ls', '--json'], { cwd: root });
    folder = join(root, '.textclf/runs', JSON.parse(stdout)[0].id);
    rows = await readPredictions(folder);
  });

  /** Answers as the extension does. */
  function reply(message: FromPage): ToPage | undefined {
    if (message.type !== 'listRows') return undefined;
    const { request, filter, offset, limit } = message;
    const found = rows.filter((row) => matchesFilter(row, filter));
    return { type: 'rows', request, total: found.length, rows: found.slice(offset, offset + limit) };
  }

  const open = (options: OpenOptions = {}) => newPage({ reply, ...options });

  async function openRun(options: OpenOptions = {}, changes: Partial<RunState> = {}): Promise<OpenPage> {
    const page = await open(options);
    await page.send({ type: 'snapshot', state: { ...stateOfRun(folder, root), ...changes } });
    await page.page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  const asked = ({ posted }: OpenPage) => posted.filter(({ type }) => type === 'listRows');
  const cells = (page: Page) => page.locator('table.matrix button');

  it('breaks no rule of the policy and warns of nothing, on any tab', async () => {
    const { page, problems } = await openRun();
    for (const tab of ['Evaluation', 'Try it', 'Settings', 'Log', 'Training']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel', { name: tab }).waitFor();
    }
    expect(problems).toEqual([]);
  });

  it('has icons: the font is there, also inside components', async () => {
    const { page } = await openRun();
    const icon = page.locator('vscode-button vscode-icon .codicon').first();
    await icon.waitFor();
    await expect.poll(() => page.evaluate('document.fonts.check("16px codicon")')).toBe(true);
    const font = await icon.evaluate((node: StyledNode) => `${node.computedStyleMap().get('font-family')}`);
    expect(font).toBe('codicon');
  });

  it('follows a run from its first event to its end', async () => {
    const { page, send } = await open();
    const { events } = readEvents(runPaths(folder).events);
    const view = new RunView();
    const settings = JSON.parse(readFileSync(runPaths(folder).experiment, 'utf8'));
    view.apply(events.slice(0, 1));
    await send({
      type: 'snapshot',
      state: stateOf(view, madeHeader(view, { status: 'starting' }), settings),
    });
    await page.getByText('The first batch is on its way.').first().waitFor();
    let position = view.position;
    for (const event of events.slice(1)) {
      const parts = view.apply([event]);
      const news = view.since(position);
      position = view.position;
      const status = view.finished?.status ?? 'running';
      const state = stateOf(view, madeHeader(view, { status }), settings);
      const changed = Object.fromEntries(
        Object.entries(state).filter(([name]) => name === 'header' || parts.has(name as 'data')),
      );
      for (const list of ['curve', 'epochs', 'log']) delete changed[list];
      await send({ type: 'delta', changed, ...news });
      if (event.type === 'batch' && event.step === 3) {
        await page.getByText(`epoch 1 of 2, batch 3 of ${event.batches}`).waitFor();
      }
    }
    await page.locator('.status', { hasText: 'succeeded' }).waitFor();
    const { accuracy } = view.evaluation!;
    const tile = page.locator('.tile', { hasText: 'Test accuracy' });
    expect(await tile.locator('.value').innerText()).toBe(`${(100 * accuracy).toFixed(1)}\u202f%`);
    expect(await page.locator('.epochs tbody tr').count()).toBe(2);
    expect(await page.locator('.epochs tr.best').count()).toBe(1);
    expect(await page.locator('.u-over').count()).toBe(3);
  });

  it('shows every chart also as a table of the same numbers', async () => {
    const { page } = await openRun();
    const state = stateOfRun(folder, root);
    await page.getByRole('button', { name: 'Show Loss as a table' }).press('Enter');
    const table = page.getByRole('table', { name: 'Loss by epoch' });
    const cellsOf = await table.locator('tbody tr').last().locator('td').allInnerTexts();
    const { train, validation } = state.epochs.at(-1)!;
    expect(cellsOf).toEqual([train.loss!.toFixed(4), validation.loss!.toFixed(4)]);
    const batches = page.getByRole('table', { name: 'Loss by batch' }).locator('tbody tr');
    expect(await batches.count()).toBe(state.curve.step.length);
    for (const name of ['Accuracy', 'Learning rate']) {
      await page.getByRole('button', { name: `Show ${name} as a table` }).press('Enter');
      await page.getByRole('table', { name: `${name} by batch` }).waitFor();
    }
    expect(await page.locator('.u-over').count()).toBe(0);
    await page.getByRole('button', { name: 'Show Loss as a chart' }).press('Enter');
    await page.locator('.u-over').waitFor();
  });

  it('hides a curve by the keyboard, and tells values under the crosshair in all charts', async () => {
    const { page } = await openRun();
    const entry = page
      .getByRole('group', { name: 'Curves of Loss' })
      .getByRole('button', { name: 'Validation' });
    await entry.press('Space');
    expect(await entry.getAttribute('aria-pressed')).toBe('false');
    await page
      .locator('.u-over')
      .first()
      .hover({ position: { x: 100, y: 50 } });
    const tooltips = page.locator('.tooltip');
    await tooltips.nth(1).waitFor();
    expect(await tooltips.nth(0).innerText()).toMatch(
      /^Epoch \d\.\d\d\s+Each batch\s+0\.\d+\s+Train\s+0\.\d+$/,
    );
    expect(await tooltips.nth(1).innerText()).toMatch(/Validation\s+\d+\.\d\u202f%/);
  });

  it('zooms all charts together, stays there while data come, and shows all again', async () => {
    const { page, send, problems } = await openRun();
    const over = page.locator('.u-over').first();
    const box = (await over.boundingBox())!;
    await page.mouse.move(box.x + 100, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const showAll = page.getByRole('button', { name: 'Show all' });
    await showAll.nth(2).waitFor();
    await send({ type: 'delta', changed: { examples: [] } });
    await page.evaluate('new Promise(requestAnimationFrame)');
    expect(await showAll.count()).toBe(3);
    await showAll.first().click();
    await showAll.first().waitFor({ state: 'detached' });
    expect(await showAll.count()).toBe(0);
    await page.getByRole('button', { name: 'log', exact: true }).click();
    await page.locator('.u-over').first().waitFor();
    expect(problems).toEqual([]);
  });

  it('follows the width of the panel and a change of the theme', async () => {
    const { page, problems } = await openRun({ width: 900 });
    const plot = page.locator('.uplot').first();
    const widthOf = async () => Math.round((await plot.boundingBox())!.width);
    const wide = await widthOf();
    await page.setViewportSize({ width: 500, height: 900 });
    await expect.poll(widthOf).toBe(wide - 400);
    const pixels = () => page.locator('.uplot canvas').first().evaluate(imageOf);
    const dark = await pixels();
    const colors = Object.entries(themes.light.variables);
    await page.evaluate(`
      for (const [name, value] of ${JSON.stringify(colors)}) document.documentElement.style.setProperty(name, value);
      document.body.className = 'vscode-light';
    `);
    await expect.poll(pixels).not.toBe(dark);
    expect(problems).toEqual([]);
  });

  it('lists the texts of a cell by keys alone, and opens a data file at its line', async () => {
    const opened = await openRun();
    const { page, posted } = opened;
    await page.getByRole('tab', { name: 'Training' }).press('ArrowRight');
    await cells(page).first().waitFor();
    await until(() => asked(opened).length === 1, 'all wrong rows to be asked for');

    // From the tab, the tab key goes to the one stop of the matrix; arrows move within.
    await page.keyboard.press('Tab');
    const first = await page.evaluate('document.activeElement.ariaLabel');
    expect(first).toMatch(/^truth .*, predicted .*: \d+ rows?, /);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until(() => asked(opened).length === 2, 'the rows of the cell to be asked for');
    const { filter } = asked(opened)[1] as { filter: RowFilter };
    const expected = rows.filter((row) => matchesFilter(row, filter));
    expect(expected.length).toBeGreaterThan(0);
    const items = page.locator('.row-list li');
    await items.first().waitFor();
    expect(await items.count()).toBe(Math.min(50, expected.length));

    const link = items.first().getByRole('link');
    await link.focus();
    await page.keyboard.press('Enter');
    await until(() => posted.some(({ type }) => type === 'openRow'), 'the file to be opened');
    const { file, line } = expected[0]!;
    expect(posted.find(({ type }) => type === 'openRow')).toEqual({ type: 'openRow', file, line });

    await page.getByRole('button', { name: 'Clear filter' }).press('Enter');
    await page.getByRole('heading', { name: 'Wrongly classified' }).waitFor();
    expect(asked(opened)[2]).toMatchObject({ filter: {}, offset: 0 });
  });

  it('asks for more rows where there are more', async () => {
    const many = Array.from({ length: 120 }, (_, i) => ({
      ...rows[0]!,
      truth: 'a',
      predicted: 'b',
      line: i + 1,
    }));
    const opened = await openRun({
      kept: { choices: { tab: 'evaluation' } },
      reply: (message) =>
        message.type === 'listRows'
          ? {
              ...{ type: 'rows', request: message.request, total: many.length },
              rows: many.slice(message.offset, message.offset + message.limit),
            }
          : undefined,
    });
    const items = opened.page.locator('.row-list li');
    for (const [more, count] of [
      ['Show 50 more', 100],
      ['Show 20 more', 120],
    ] as const) {
      await opened.page.getByRole('button', { name: more }).click();
      await items.nth(count - 1).waitFor();
    }
    expect(await opened.page.getByRole('button', { name: /more/ }).count()).toBe(0);
    expect(asked(opened).map((message) => (message as { offset: number }).offset)).toEqual([0, 50, 100]);
  });

  it('shows hostile texts and names as text', async () => {
    const long = `${markup} ${'👍🏽 word '.repeat(1_000)}`;
    const name = `${markup}${rightToLeft}`;
    const label = '<b>bad</b>';
    const hostile: EvaluatedRow = {
      ...{ text: long, truth: label, predicted: name, probability: 0.99 },
      ...{ file: `${markup}.csv`, line: 7 },
    };
    const state = stateOfRun(folder, root);
    const { page, problems } = await openRun(
      {
        width: 360,
        reply: (message) => {
          if (message.type === 'predict') {
            const classes = [{ label: name, probability: 1 }];
            return {
              type: 'prediction',
              request: message.request,
              prediction: { ...classes[0]!, labels: [classes[0]!.label], classes },
            };
          }
          return message.type === 'listRows'
            ? { type: 'rows', request: message.request, total: 1, rows: [hostile] }
            : undefined;
        },
      },
      {
        header: { ...state.header, name, note: long, status: 'failed', message: long, experimentFile: name },
        log: [{ level: 'error', text: long }],
        settings: { name, [markup]: { [rightToLeft]: long } },
        examples: [{ text: long, label: name, probability: 1 }],
      },
    );
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(name);
    for (const tab of ['Evaluation', 'Try it', 'Settings', 'Log', 'Training']) {
      await page.getByRole('tab', { name: tab }).click();
      if (tab === 'Evaluation') {
        await page.locator('.row-list').getByRole('button', { name: 'more' }).click();
        expect(await page.locator('.row-text .data-text').textContent()).toBe(long);
      }
      if (tab === 'Try it') {
        await page.getByRole('textbox').fill(markup);
        await page.locator('.answer').waitFor();
        expect(await page.locator('.answer .label').textContent()).toBe(name);
      }
      expect(await page.locator('img, main script, textclf-dashboard b b').count()).toBe(0);
      expect(await overflow(page), tab).toBe(0);
    }
    expect(await page.title()).toBe('');
    expect(problems).toEqual([]);
  });

  it('predicts what is typed after a pause, and drops stale answers', async () => {
    const { page, posted, send } = await openRun({ kept: { choices: { tab: 'try' } }, reply: undefined });
    const box = page.getByRole('textbox', { name: 'Text to classify' });
    const predictions = () => posted.filter((message) => message.type === 'predict');
    // The page's clock stands still unless it is told to go on: a slow machine types no slower.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 1_000);
    await box.pressSequentially('a great film');
    await page.clock.runFor(140);
    expect(predictions()).toEqual([]);
    await page.clock.runFor(20);
    await until(() => predictions().length > 0, 'the first question');
    expect(predictions().map(({ text }) => text)).toEqual(['a great film']);
    await box.press('!');
    await page.clock.runFor(160);
    await until(() => predictions().length === 2, 'the second question');
    const [first, second] = predictions();
    const answer = (request: number, label: string): ToPage => {
      const classes = [
        { label, probability: 0.75 },
        { label: 'other', probability: 0.25 },
      ];
      return {
        type: 'prediction',
        request,
        prediction: { ...classes[0]!, labels: [classes[0]!.label], classes },
      };
    };
    await send(answer(second!.request, 'new'));
    await send(answer(first!.request, 'stale'));
    await page.locator('.answer', { hasText: 'new' }).waitFor();
    expect(await page.locator('.bars tr').allInnerTexts()).toHaveLength(2);
    expect(await page.getByText('stale').count()).toBe(0);
    await box.fill('');
    await page.clock.runFor(160);
    await page.getByText('The answer comes while you type.').waitFor();
  });

  it('keeps what the person chose beside what the extension needs', async () => {
    const { page } = await openRun();
    await page.getByRole('button', { name: 'log', exact: true }).click();
    await page.getByRole('tab', { name: 'Settings' }).click();
    const kept = (await page.evaluate('window.kept')) as object;
    expect(kept).toMatchObject({ kind: 'run', choices: { tab: 'settings', logLoss: true } });
    const again = await openRun({ kept });
    expect(await again.page.getByRole('tab', { selected: true }).innerText()).toBe('Settings');
  });

  it('marks where a pretrained encoder thaws, and counts its word pieces', async () => {
    const { page, send } = await open();
    const view = new RunView();
    const events = thawing(madeEvents({ classes: 2, epochs: 3, batches: 10 }));
    const thaw = events.findIndex(({ type }) => type === 'thawed');
    view.apply(events.slice(0, thaw));
    const settings = { model: { type: 'pretrained', maxLength: 128 } };
    await send({ type: 'snapshot', state: stateOf(view, madeHeader(view), settings) });
    const loss = page.getByRole('img', { name: /^Loss, latest values/ });
    await loss.waitFor();
    await page.getByText("30\u202f522 word pieces, the encoder's own").waitFor();
    await page.getByText('texts are cut off after 128 tokens. A "maxLength" of 788 in "model"').waitFor();
    expect(await loss.getAttribute('aria-label')).not.toContain('whole encoder');
    const position = view.position;
    view.apply(events.slice(thaw));
    const changed = { thaw: view.thaw, header: madeHeader(view) };
    await send({ type: 'delta', changed, ...view.since(position) });
    for (const name of [/^Loss, .* whole encoder trained/, /^Learning rate, .* whole encoder trained/]) {
      await page.getByRole('img', { name }).waitFor();
    }
    const rows = await page.locator('.epochs tbody tr').allInnerTexts();
    expect(rows.map((row) => /^\s*(?:best\s*)?(\d|whole)/.exec(row)?.[1])).toEqual(['1', 'whole', '2', '3']);
  });

  it('offers to kill only what does not stop', async () => {
    const { page, posted, send } = await open();
    await page.clock.install();
    const view = new RunView();
    view.apply(madeEvents({ classes: 2, epochs: 3, batches: 10 }).slice(0, 12));
    await send({ type: 'snapshot', state: stateOf(view, madeHeader(view), {}) });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await until(() => posted.some(({ type }) => type === 'command'), 'the command');
    expect(posted.at(-1)).toEqual({ type: 'command', command: 'stop' });
    await send({ type: 'delta', changed: { header: madeHeader(view, { stopping: true }) } });
    await page.getByRole('button', { name: 'Stopping…' }).waitFor();
    await page.clock.runFor(8_000);
    expect(await page.getByRole('button', { name: 'Kill' }).count()).toBe(0);
    await page.clock.runFor(4_000);
    await page.getByRole('button', { name: 'Kill' }).click();
    await until(() => posted.at(-1)?.type === 'command', 'the command');
    expect(posted.at(-1)).toEqual({ type: 'command', command: 'kill' });
  });

  it.each([
    [undefined, 'Train again', 'trainAgain'],
    ['search', 'Open the search', 'openParent'],
    ['folds', 'Open the cross-validation', 'openParent'],
    ['repeat', 'Open the repetition', 'openParent'],
    ['gone', undefined, undefined],
  ] as const)('of a run whose group is %s, offers: %s', async (parent, name, command) => {
    const { page, posted, send } = await open();
    const view = new RunView();
    const header = madeHeader(view, { status: 'succeeded', ...(parent && { parent }) });
    await send({ type: 'snapshot', state: stateOf(view, header, {}) });
    await page.getByRole('toolbar', { name: 'Actions' }).waitFor();
    const main = page.locator('.actions > vscode-button');
    expect(await main.allInnerTexts()).toEqual(name ? [name] : []);
    if (!command) return;
    await page.getByRole('button', { name, exact: true }).press('Enter');
    await until(() => posted.at(-1)?.type === 'command', 'the command');
    expect(posted.at(-1)).toEqual({ type: 'command', command });
  });

  it('says why a run failed, with the ways out', async () => {
    const state = stateOfRun(folder, root, 1);
    const message = 'train.csv:3: This row has 3 columns where the header has 2.';
    const { page, posted } = await openRun(
      {},
      { ...state, header: { ...state.header, status: 'failed', message } },
    );
    expect(await page.getByRole('alert').innerText()).toContain(message);
    for (const [name, command] of [
      ['Open File', 'openFailure'],
      ['Show Log', 'showLog'],
    ] as const) {
      await page.getByRole('alert').getByRole('button', { name }).press('Enter');
      await until(() => posted.at(-1)?.type === 'command', 'the command');
      expect(posted.at(-1)).toEqual({ type: 'command', command });
    }
  });

  it('offers to go on on the processor where a device has failed, before all else', async () => {
    const { page, posted, send } = await open();
    const view = new RunView();
    const header = madeHeader(view, { status: 'failed', message: 'The device is lost.', continuable: true });
    await send({ type: 'snapshot', state: stateOf(view, header, {}) });
    const alert = page.getByRole('alert');
    await alert.getByText('The device is lost.').waitFor();
    const buttons = await alert.locator('vscode-button').allInnerTexts();
    expect(buttons.map((text) => text.trim())).toEqual(['Continue on CPU', 'Open File', 'Show Log']);
    await alert.getByRole('button', { name: 'Continue on CPU' }).press('Enter');
    await until(() => posted.at(-1)?.type === 'command', 'the command');
    expect(posted.at(-1)).toEqual({ type: 'command', command: 'continueOnCpu' });
  });

  it('says what computes, why that, and what it leaves to the processor', async () => {
    const { page, send } = await open();
    const view = new RunView();
    const device = 'webgpu · <b>NVIDIA</b> GeForce RTX 4070 Laptop GPU '.repeat(6).trim();
    const deviceReason = 'It multiplies matrices 12 times as fast.';
    const fallbacks = { Scan: 2, TopK: 1 };
    const header = madeHeader(view, { device, deviceName: 'webgpu', deviceReason, fallbacks });
    await send({ type: 'snapshot', state: stateOf(view, header, {}) });
    const fact = page.locator('.facts > div', { has: page.locator('dt', { hasText: 'Device' }) });
    expect(await fact.getAttribute('title')).toBe(
      [device, deviceReason, 'Scan (2), TopK (1) on the processor'].join('\n'),
    );
    expect(await fact.locator('bdi').innerText()).toBe(device);
    expect(await fact.locator('b').count()).toBe(0);
    await page.setViewportSize({ width: 360, height: 900 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await send({ type: 'snapshot', state: stateOf(view, madeHeader(view, { deviceName: 'cpu' }), {}) });
    await fact.getByText('cpu, 4 threads').waitFor();
    expect(await fact.locator('vscode-icon').count()).toBe(0);
  });

  it('tells screen readers the state and the phase, not every batch', async () => {
    const { page, send } = await open();
    const view = new RunView();
    const events = madeEvents({ classes: 2, epochs: 3, batches: 10 });
    view.apply(events.slice(0, 2));
    await send({ type: 'snapshot', state: stateOf(view, madeHeader(view), {}) });
    await page.getByText('Reading data comes first', { exact: false }).first().waitFor();
    await page.evaluate(`{
      const node = document.querySelector('textclf-dashboard > [role=status]');
      window.said = [node.textContent];
      new MutationObserver(() => window.said.push(node.textContent))
        .observe(node, { subtree: true, childList: true, characterData: true });
    }`);
    for (const event of events.slice(2)) {
      view.apply([event]);
      await send({ type: 'delta', changed: { header: madeHeader(view) } });
    }
    await send({ type: 'delta', changed: { header: madeHeader(view, { status: 'stopped' }) } });
    await page.locator('.status', { hasText: 'stopped' }).waitFor();
    expect(await page.evaluate('window.said')).toEqual(['Reading data', 'Training', 'Run stopped']);
  });

  it('compares runs: curves, results and the settings that differ', async () => {
    const opened = await open();
    const { page, posted, send, problems } = opened;
    const { curve, epochs, evaluation, header } = stateOfRun(folder, root);
    const run = { curve, epochs, evaluation, status: header.status, startedAt: header.startedAt };
    const runs = ['one', markup].map((name, i) => ({ ...run, name, id: `${i}`, folder: `/w/${i}` }));
    const settings = [{ path: 'model.type', values: ['"gru"', ''] }];
    await send({ type: 'comparison', state: { runs, settings } });
    await page.getByRole('heading', { name: 'Comparison of 2 runs' }).waitFor();
    const differing = page.getByRole('table', { name: 'The options in which the runs differ' });
    expect(await differing.locator('tbody tr').allInnerTexts()).toEqual(['model.type\t"gru"\t–']);
    await page.getByRole('button', { name: 'Open the dashboard' }).nth(1).click();
    await until(() => posted.some(({ type }) => type === 'openRun'), 'the run to be opened');
    expect(posted.at(-1)).toEqual({ type: 'openRun', folder: '/w/1' });
    await page.getByRole('button', { name: 'Show Accuracy as a table' }).click();
    await page.getByRole('table', { name: 'Validation accuracy by epoch' }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('says that a run is gone', async () => {
    const { page, send } = await openRun();
    await send({ type: 'gone', message: 'The folder of this run is gone.' });
    await page.getByText('The folder of this run is gone.').waitFor();
    expect(await page.getByRole('tab').count()).toBe(0);
  });

  it.each([320, 700, 1_600])('fits %i pixels', async (width) => {
    const { page } = await openRun({ width });
    for (const tab of ['Training', 'Evaluation', 'Try it', 'Settings', 'Log']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await overflow(page), tab).toBe(0);
    }
  });

  it('names every control and captions every table', async () => {
    const { page } = await openRun();
    for (const tab of ['Training', 'Evaluation', 'Try it', 'Settings', 'Log']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await page.locator('table:not(:has(> caption))').count(), tab).toBe(0);
      const buttons = await page.getByRole('button').all();
      expect(buttons.length).toBeGreaterThan(5);
      for (const button of buttons) expect(await button.evaluate(nameOf)).toMatch(/\w/);
    }
  });

  it.each(Object.values(themes))('keeps the matrix readable in $name', async (theme) => {
    const labels = ['a', 'b', 'c', 'd'];
    const evaluation = withIntervals(madeEvaluation(labels));
    const { page } = await openRun({ theme, kept: { choices: { tab: 'evaluation' } } }, { evaluation });
    await cells(page).first().waitFor();
    const ratios = (await page.evaluate(contrasts)) as number[];
    expect(ratios.length).toBeGreaterThan(8);
    // WCAG 2.2, level AA, for text of this size.
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5);
  });

  it('takes every message of a run with 150 classes, 200 epochs and a full curve', async () => {
    const view = new RunView();
    const events = madeEvents({ classes: 150, epochs: 200, batches: 500 });
    view.apply(events.slice(0, -2_000));
    const labels = view.data!.classes.map(({ label }) => label);
    const evaluation: Evaluation = madeEvaluation(labels);
    const { page, send } = await open({ width: 1_400 });
    const state = { ...stateOf(view, madeHeader(view), {}), evaluation: withIntervals(evaluation) };
    await send({ type: 'snapshot', state });
    await page.locator('.u-over').first().waitFor();
    expect(view.curve.curve.step.length).toBeGreaterThan(1_000);

    for (let at = events.length - 2_000; at < events.length; at += 100) {
      const { position } = view;
      view.apply(events.slice(at, at + 100));
      await sendAndDraw(page, {
        type: 'delta',
        changed: { header: madeHeader(view) },
        ...view.since(position),
      });
    }

    // The whole matrix has 22 500 cells; it is drawn only when it is asked for.
    await page.getByRole('tab', { name: 'Evaluation' }).click();
    expect(await cells(page).count()).toBe(0);
    await page.getByRole('button', { name: 'Show the whole matrix' }).click();
    await cells(page).first().waitFor();
    expect(await cells(page).count()).toBe(evaluation.confusion.flat().filter((count) => count > 0).length);
  });
});

/** Sends a message and waits until the page has drawn it. */
async function sendAndDraw(page: Page, message: ToPage): Promise<void> {
  await page.evaluate(`new Promise((done) => {
    window.addEventListener('message', () => {
      // What the page does with it has been queued by now; a frame, and what comes after it, is the end.
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done();
        channel.port2.postMessage(0);
      });
    }, { once: true });
    window.postMessage(${JSON.stringify(message)}, '*');
  })`);
}

/** By how many pixels the page is wider than its panel. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(
    'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth',
  ) as Promise<number>;
}

interface NamedNode {
  ariaLabel: string | null;
  textContent: string;
  title: string;
}

function nameOf(node: NamedNode): string {
  return node.ariaLabel || node.textContent.trim() || node.title;
}

interface CanvasNode {
  toDataURL(): string;
}

function imageOf(node: CanvasNode): string {
  return node.toDataURL();
}

interface StyledNode {
  computedStyleMap(): { get(name: string): unknown };
}

/** The contrast of each cell's number with its background, as WCAG defines it; both as they are painted. */
const contrasts = `(() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const page = getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background');
  const painted = (...layers) => {
    for (const layer of layers) {
      context.fillStyle = layer;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll('table.matrix button')].map((cell) => {
    const style = getComputedStyle(cell);
    const background = luminance(painted(page, style.backgroundColor));
    const text = luminance(painted(page, style.backgroundColor, style.color));
    return (Math.max(text, background) + 0.05) / (Math.min(text, background) + 0.05);
  });
})()`;
