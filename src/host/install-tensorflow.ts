import * as vscode from 'vscode';
import { bytesText } from '../protocol/bytes';
import { HumanError } from '../protocol/human-error';
import { childEnvironment } from './child-environment';
import { registerCommand, runCommand } from './commands';
import { setting } from './configuration';
import { lookForDevices } from './devices-command';
import { findNpm } from './npm';
import { installTensorflow, removeTensorflow } from './npm-install';
import { withoutLinks } from './plain-text';
import type { Services } from './services';
import {
  buildNeeds,
  packagesFor,
  type TensorflowPackage,
  tensorflowVersion,
  troubleOf,
} from './tensorflow-packages';
import { type InstalledTensorflow, installedTensorflow, tensorflowFolder } from './tensorflow-path';
import { requireTrust } from './trust';

const title = 'Install TensorFlow Executor';
const settingId = 'textclf.tensorflow.path';

/** "TextClf: Install TensorFlow Executor": puts TensorFlow.js into the extension's storage, once the size is agreed to. */
export function registerInstallTensorflow(services: Services): vscode.Disposable {
  let isBusy = false;
  return registerCommand(services.report, 'textclf.installTensorflow', async () => {
    requireTrust('installed');
    if (isBusy) throw new HumanError('TensorFlow.js is being installed already.');
    isBusy = true;
    try {
      await decide(services);
    } finally {
      isBusy = false;
    }
  });
}

type Choice = vscode.QuickPickItem & { run: () => Promise<void> };

async function decide(services: Services): Promise<void> {
  const { context } = services;
  const installed = installedTensorflow(context.globalStorageUri.fsPath);
  const offered = packagesFor(process.platform, process.arch);
  if (offered.length === 0 && !installed) {
    throw new HumanError(`TensorFlow.js has no build for ${process.platform} on ${process.arch}.`, {
      hint: 'The engine "onnxruntime" computes here without it.',
    });
  }
  const items: Choice[] = offered.map((tensorflow) => installItem(services, tensorflow, installed));
  if (installed) items.push(removeItem(services, installed));
  items.push({
    label: 'Use One That Is Installed Elsewhere…',
    detail: setting('tensorflow.path') || 'The setting names a folder whose node_modules has it',
    iconPath: new vscode.ThemeIcon('gear'),
    run: async () => {
      await vscode.commands.executeCommand('workbench.action.openSettings', settingId);
    },
  });
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'A second engine beside ONNX Runtime, which is there already',
  });
  await picked?.run();
}

function installItem(
  services: Services,
  tensorflow: TensorflowPackage,
  installed: InstalledTensorflow | undefined,
): Choice {
  const isThere = installed?.package === tensorflow.name;
  return {
    label: tensorflow.title,
    description: `${tensorflow.name} ${tensorflowVersion}${isThere ? ' · installed' : ''}`,
    detail: `About ${bytesText(tensorflow.download)} to download, ${bytesText(tensorflow.disk)} on the disk`,
    iconPath: new vscode.ThemeIcon(isThere ? 'refresh' : 'desktop-download'),
    run: () => install(services, tensorflow, installed),
  };
}

function removeItem({ context, report }: Services, installed: InstalledTensorflow): Choice {
  const storage = context.globalStorageUri.fsPath;
  return {
    label: 'Remove',
    description: `${installed.package} ${installed.version}`,
    detail: tensorflowFolder(storage),
    iconPath: new vscode.ThemeIcon('trash'),
    run: async () => {
      await removeTensorflow(storage);
      await report.info('TensorFlow.js is removed.');
    },
  };
}

async function install(
  services: Services,
  tensorflow: TensorflowPackage,
  installed: InstalledTensorflow | undefined,
): Promise<void> {
  const { context, report } = services;
  const env = childEnvironment();
  const npm = findNpm(env);
  if (npm === undefined) return tellNoNpm(services);
  if (!(await isMeant(tensorflow, installed))) return;
  const isDone = await withNpmProgress(services, (signal, onLine) =>
    installTensorflow({
      ...{ npm, env, signal, onLine },
      tensorflow: { package: tensorflow.name, version: tensorflowVersion },
      storage: context.globalStorageUri.fsPath,
    }),
  );
  if (!isDone) return;
  report.log.info('TensorFlow.js is installed.');
  await confirm(services, tensorflow);
}

async function tellNoNpm({ report }: Services): Promise<void> {
  const error = new HumanError('npm is not found, which installs TensorFlow.js.', {
    hint: 'It comes with Node.js. Install that and start VS Code anew, or name a folder that has TensorFlow.js in the settings.',
  });
  const site = vscode.Uri.parse('https://nodejs.org/en/download');
  await report.error(error, [
    { title: 'Get Node.js', run: () => vscode.env.openExternal(site) },
    {
      title: 'Open Setting',
      run: () => vscode.commands.executeCommand('workbench.action.openSettings', settingId),
    },
  ]);
}

async function isMeant(
  { name, download, disk, needs }: TensorflowPackage,
  installed: InstalledTensorflow | undefined,
): Promise<boolean> {
  const button = installed ? 'Replace' : 'Install';
  const detail = [
    `npm downloads about ${bytesText(download)} (${bytesText(disk)} on the disk) into a folder of this extension. ` +
      "The package's own install script runs, and fetches TensorFlow's library from Google's storage.",
    needs,
    buildNeeds(process.platform) ?? '',
    installed ? `${installed.package} ${installed.version} is removed first.` : '',
  ];
  const question = `Install ${name} ${tensorflowVersion}?`;
  const options = { modal: true, detail: detail.filter(Boolean).join('\n\n') };
  return (await vscode.window.showInformationMessage(question, options, button)) === button;
}

/** Longer lines would only flicker. */
const longestLine = 80;

function withNpmProgress(
  { report }: Services,
  work: (signal: AbortSignal, onLine: (line: string) => void) => Promise<boolean>,
): Thenable<boolean> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true };
  return vscode.window.withProgress({ ...options, title: 'Installing TensorFlow.js' }, (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return work(controller.signal, (line) => {
      report.log.info(`npm: ${line}`);
      progress.report({ message: withoutLinks(line.slice(0, longestLine)) });
    });
  });
}

/** Whether it can be used shows when it is loaded. */
async function confirm(services: Services, tensorflow: TensorflowPackage): Promise<void> {
  const { report } = services;
  const found = await lookForDevices(services);
  if (!found) return;
  const showDevices = { title: 'Show Devices', run: () => runCommand('textclf.devices') };
  const trouble = troubleOf(tensorflow, found);
  if (trouble) {
    const { message, ...options } = trouble;
    return report.error(new HumanError(message, options), [showDevices]);
  }
  await report.info(
    'TensorFlow.js can be used: set "engine" to "tensorflow" in the "runtime" of an experiment, or choose it in Devices.',
    [showDevices],
  );
}
