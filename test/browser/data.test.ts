/** "Inspect Data" as a person meets it: from the lens over the findings to the very line, and packed files. */
import { readFileSync } from 'node:fs';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import {
  codeLens,
  cursor,
  openContainer,
  openFile,
  pickFromContextMenu,
  runCommand,
  tab,
  treeRow,
  webview,
} from '../vscode/page';
import { describeInVSCode, patience, screenshot, useWorkbench } from '../vscode/workbench';

const reviews = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) =>
    i % 3 === 0
      ? `film ${from + i} is a lovely and moving picture about life in ${1900 + i},good`
      : `film ${from + i} is a dreadful bore that nobody should have made in ${1900 + i},bad`,
  );
const train = reviews(90);
const leaked = '"this very review stands in both files, which is a leak that nobody wants to have",good';
train[40] = leaked;
/** The header is line 1. */
const leakedLine = 42;
const test = reviews(30, 1_000);
test[6] = leaked;

const csv = (rows: readonly string[]) => `text,label\n${rows.join('\n')}\n`;
const experiment = `{
  "data": { "train": "train.csv", "validation": 0.2, "test": "test.csv" },
  "tokenizer": { "maxLength": 8 },
  "model": { "type": "gru", "embedding": { "size": 8 }, "hiddenSize": 8 },
  "training": { "epochs": 2 }
}
`;

describeInVSCode('a person who looks at data', () => {
  const workbench = useWorkbench({
    'leaky.textclf.json': experiment,
    'train.csv': csv(train),
    'test.csv': csv(test),
    'packed.csv.gz': gzipSync(csv([...reviews(2_500), leaked, leaked])),
    ...Object.fromEntries(
      reviews(12).map((review, i) => {
        const [text, label] = review.split(',');
        return [`folder/${label}/${i}.txt`, text!];
      }),
    ),
    'run.textclf.json': experiment
      .replace('"train.csv"', '"parts/*.csv"')
      .replace('"test.csv"', '"held-out.csv"')
      .replace('"validation": 0.2, ', ''),
    'parts/a.csv': csv(reviews(45)),
    'parts/b.csv': csv(reviews(45, 100)),
    'held-out.csv': csv(reviews(20, 100)),
    'tables/a.csv': csv(reviews(12)),
    'broken.csv': 'text,label\n"never closed,good\n',
    'table.parquet': readFileSync('test/fixtures/parquet/class-label.parquet'),
  });

  it('clicks the lens over the data, and through a finding to the line', async () => {
    const { page } = workbench;
    await openFile(page, 'leaky.textclf.json');
    await codeLens(page, 'Inspect data').click();
    await tab(page, 'Data: leaky').waitFor();
    const data = webview(page);
    await data.getByRole('heading', { name: 'Findings' }).waitFor();
    await screenshot(page, 'data-page');
    const classes = data.getByRole('table', { name: 'Rows of each class' });
    expect(await classes.locator('tbody th').allInnerTexts()).toEqual(['bad', 'good']);
    await data.locator('.histogram-bar:not(.none)').first().waitFor();
    expect(await data.locator('.cut-line').innerText()).toBe('cut after 8');
    const finding = data
      .locator('.finding-list > li', { hasText: /test/i })
      .filter({ hasText: /train/i })
      .first();
    await finding.locator('button.finding-head').click();
    await finding.locator('.finding-rows > li').nth(1).waitFor();
    await screenshot(page, 'data-leak');
    await finding.getByRole('link', { name: `train.csv:${leakedLine}` }).click();
    await tab(page, 'train.csv').waitFor();
    await expect
      .poll(() => cursor(page).innerText(), patience)
      .toMatch(new RegExp(`^Ln ${leakedLine}, Col 1`));
  });

  it('hears that the data has changed, looks again, and finds the page back after a reload', async () => {
    const { page, folder } = workbench;
    const data = webview(page);
    await appendFile(join(folder, 'train.csv'), ',good\n');
    await data.getByText('The data or the experiment has changed since it was read.').waitFor();
    await data.locator('.caution').getByRole('button', { name: 'Inspect again' }).click();
    await data.locator('.finding-list > li', { hasText: /empty/i }).first().waitFor();
    await runCommand(page, 'View: Close All Editors');
    await openFile(page, 'leaky.textclf.json');
    await runCommand(page, 'TextClf: Inspect Data');
    await data.getByRole('heading', { name: 'Findings' }).waitFor();
    await workbench.reload();
    await webview(page).getByRole('heading', { name: 'Findings' }).waitFor();
  });

  it('looks at a gzipped file by itself, whose rows open unpacked', async () => {
    const { page } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await openContainer(page, 'Explorer');
    await pickFromContextMenu(page, treeRow(page, 'packed.csv.gz'), 'Inspect Data');
    await tab(page, 'Data: packed.csv.gz').waitFor();
    const data = webview(page);
    await data.getByRole('button', { name: 'New experiment…' }).waitFor();
    const copies = data
      .locator('.finding-list > li')
      .filter({ has: data.locator('button.finding-head') })
      .first();
    await copies.locator('button.finding-head').click();
    await data.getByRole('link', { name: 'packed.csv.gz:2502' }).first().click();
    await tab(page, 'packed.csv.gz from row 2001.csv').waitFor();
    await expect.poll(() => cursor(page).innerText(), patience).toMatch(/^Ln 502, Col 1/);
    expect(await page.locator('.view-line', { hasText: 'this very review stands' }).count()).toBeGreaterThan(
      0,
    );
  });

  it('looks at a Parquet file by itself, which opens as JSON Lines', async () => {
    const { page } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await pickFromContextMenu(page, treeRow(page, 'table.parquet'), 'Inspect Data');
    const data = webview(page);
    await data.getByRole('table', { name: 'Rows of each class' }).waitFor();
    await data.getByRole('button', { name: 'Open the data file' }).click();
    await tab(page, 'table.parquet from row 1.jsonl').waitFor();
    // By their names, which the file keeps beside the numbers.
    await page.locator('.view-line', { hasText: '"label":"pos"' }).first().waitFor();
  });

  it('looks at a folder with one folder a class', async () => {
    const { page } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await pickFromContextMenu(page, treeRow(page, /^folder$/), 'Inspect Data');
    const data = webview(page);
    const classes = data.getByRole('table', { name: 'Rows of each class' });
    await classes.waitFor();
    expect(await classes.locator('tbody th').allInnerTexts()).toEqual(['bad', 'good']);
    await data.getByText('12 files').click();
    await data.getByRole('link', { name: 'folder/good/3.txt' }).click();
    await tab(page, '3.txt').waitFor();
    await tab(page, 'Data: folder').click();
    await writeFile(join(workbench.folder, 'folder/bad/12.txt'), 'one more that nobody should have made');
    await data.getByText('The data or the experiment has changed since it was read.').waitFor();
    await data.locator('.caution').getByRole('button', { name: 'Inspect again' }).click();
    await data.getByText('13 files').waitFor();
    await appendFile(join(workbench.folder, 'folder/bad/12.txt'), ', however long they had to live');
    await data.getByText('The data or the experiment has changed since it was read.').waitFor();
  });

  it('reads why a folder has no classes, and sees them as soon as they are there', async () => {
    const { page, folder } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await pickFromContextMenu(page, treeRow(page, /^tables$/), 'Inspect Data');
    const data = webview(page);
    await data.getByText('this folder has no folders in it, one for each class').waitFor();
    await data.getByText('"tables/*.csv"').waitFor();
    for (const name of ['bad', 'good']) {
      await mkdir(join(folder, 'tables', name));
      await writeFile(join(folder, 'tables', name, '1.txt'), `what a ${name} film this is`);
    }
    await data.getByRole('table', { name: 'Rows of each class' }).waitFor();
  });

  it('reads why a file cannot be looked at', async () => {
    const { page } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await pickFromContextMenu(page, treeRow(page, 'broken.csv'), 'Inspect Data');
    const data = webview(page);
    await data.getByRole('button', { name: 'Try again' }).waitFor();
    await data.getByRole('link', { name: /broken\.csv/ }).waitFor();
    await screenshot(page, 'data-refused');
  });

  it("clicks through the first tab of a run's dashboard, and hears that its data is no longer the same", async () => {
    const { page, folder } = workbench;
    await runCommand(page, 'View: Close All Editors');
    await openFile(page, 'run.textclf.json');
    await codeLens(page, 'Train').click();
    const dashboard = webview(page);
    await dashboard.locator('.status.succeeded').waitFor();
    const [first] = await dashboard.getByRole('tab').all();
    expect(await first!.innerText()).toBe('Data');
    await first!.click();
    const classes = dashboard.getByRole('table', { name: 'Rows of each class' });
    await classes.waitFor();
    await screenshot(page, 'data-tab');
    const changed = dashboard.getByText('These are not the rows that this run was trained on');
    expect(await changed.count()).toBe(0);
    const finding = dashboard.locator('.finding-list > li').filter({ hasText: /test/i }).first();
    await finding.locator('button.finding-head').click();
    const link = finding.getByRole('link', { name: /^parts\/b\.csv:\d+$/ }).first();
    const line = (await link.innerText()).split(':').at(-1);
    await link.click();
    await tab(page, 'b.csv').waitFor();
    await expect.poll(() => cursor(page).innerText(), patience).toMatch(new RegExp(`^Ln ${line}, Col 1`));
    await writeFile(join(folder, 'parts/c.csv'), csv(reviews(6, 500)));
    await dashboard.getByText('The data or the experiment has changed since it was read.').waitFor();
    await dashboard.locator('.caution').getByRole('button', { name: 'Inspect again' }).click();
    await changed.waitFor();
  });
});
