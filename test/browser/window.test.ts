/** The window opens and the extension shows itself: if this fails, look at nothing else. */
import { it } from 'vitest';
import { suiteWorkspace } from '../extension/workspace';
import { codeLens, openFile } from '../vscode/page';
import { describeInVSCode, useWorkbench } from '../vscode/workbench';

describeInVSCode('the window', () => {
  const workbench = useWorkbench(suiteWorkspace);

  it('shows the lens Train above an experiment', async () => {
    const { page } = workbench;
    await openFile(page, 'toy.textclf.json');
    await codeLens(page, 'Train').waitFor();
  });
});
