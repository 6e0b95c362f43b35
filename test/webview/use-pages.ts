import { afterAll, afterEach, beforeAll } from 'vitest';
import { DashboardBrowser, type OpenOptions, type OpenPage } from './page';

/** A browser for the tests of a `describe`: the function opens a page, which is closed when its test ends. */
export function usePages(): (options?: OpenOptions) => Promise<OpenPage> {
  let browser: DashboardBrowser;
  let opened: OpenPage[] = [];
  beforeAll(async () => {
    browser = await DashboardBrowser.start();
  });
  afterEach(async () => {
    for (const { page } of opened) await page.context().close();
    opened = [];
  });
  afterAll(() => browser?.close());
  return async (options = {}) => {
    const page = await browser.open(options);
    opened.push(page);
    return page;
  };
}
