import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { FoundDevice } from '../protocol/devices';
import { registerCommand, runCommand } from './commands';
import { type DeviceItem, deviceItems } from './device-items';
import { isChosen, type WantedDevice } from './device-settings';
import { devicesReport } from './device-text';
import { findDevices } from './find-devices';
import { activeExperiment } from './pick';
import type { Services } from './services';
import { chosenRuntime, setDevice } from './set-device';
import { tensorflowEnvironment } from './tensorflow-environment';
import { requireTrust } from './trust';

const title = 'Devices';

/** "TextClf: Devices": what this machine has to compute with, and why it has not what it has not. */
export function registerDevicesCommand(services: Services): vscode.Disposable {
  return registerCommand(services.report, 'textclf.devices', async () => {
    requireTrust('probed');
    const found = await lookForDevices(services);
    if (found) await show(services, found);
  });
}

/** Looks for devices under a notification; undefined where that was cancelled. */
export function lookForDevices({ context, report }: Services): Thenable<FoundDevice[] | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true };
  return vscode.window.withProgress({ ...options, title: 'Looking for devices' }, (_progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return findDevices(
      {
        cli: context.asAbsolutePath(join('dist', 'cli.js')),
        // Devices are the machine's, whatever folder is open.
        folder: homedir(),
        env: tensorflowEnvironment(context),
        signal: controller.signal,
        // A probe holds nothing that has to be saved.
        patience: 1_000,
      },
      (line) => report.log.info(line),
    );
  });
}

const copyButton: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('copy'),
  tooltip: 'Copy All as Text',
};
const againButton: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('refresh'),
  tooltip: 'Look Again',
};

async function show(services: Services, found: readonly FoundDevice[]): Promise<void> {
  const experiment = activeExperiment();
  const runtime = experiment && (await chosenRuntime(experiment));
  const pick = vscode.window.createQuickPick<DeviceItem>();
  pick.title = title;
  pick.placeholder = experiment
    ? 'Choose what computes this experiment'
    : 'What can compute here. With an experiment file open, choose what computes it';
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.buttons = [copyButton, againButton];
  pick.items = deviceItems(found, runtime);
  pick.activeItems = pick.items.filter(({ wanted }) => wanted && runtime && isChosen(runtime, wanted));
  // Its text is wanted while one looks at something else.
  pick.ignoreFocusOut = true;
  const next = await new Promise<() => unknown>((resolve) => {
    pick.onDidTriggerButton((button) => {
      resolve(() => (button === copyButton ? copy(services, found) : runCommand('textclf.devices')));
    });
    pick.onDidTriggerItemButton(() => resolve(() => runCommand('textclf.installTensorflow')));
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item) resolve(() => choose(services, item, experiment));
    });
    pick.onDidHide(() => resolve(() => undefined));
    pick.show();
  });
  pick.dispose();
  await next();
}

async function copy({ context, report }: Services, found: readonly FoundDevice[]): Promise<void> {
  const { version } = context.extension.packageJSON as { version: string };
  const system = [
    `TextClf ${version}, VS Code ${vscode.version}, ${vscode.env.remoteName ? `on ${vscode.env.remoteName}` : 'local'}`,
    `${process.platform} ${process.arch}, Node ${process.versions.node}`,
  ];
  await vscode.env.clipboard.writeText(devicesReport(found, system));
  await report.info('The devices are in the clipboard.');
}

async function choose(
  services: Services,
  { device, wanted }: DeviceItem,
  experiment: vscode.Uri | undefined,
): Promise<void> {
  const { report } = services;
  if (device?.isThere === false) return tellMissing(services, device);
  if (device?.use === 'predicts') {
    return report.info(
      `${device.title} is for predictions: textclf predict --device ${device.device} uses it.`,
    );
  }
  if (!experiment) return report.info('Open an experiment file to choose what computes it.');
  if (wanted) await setDevice(experiment, wanted, wordsOf(wanted, device));
}

/** What computes an experiment, as the end of a sentence. */
function wordsOf({ engine, device }: WantedDevice, found: FoundDevice | undefined): string {
  if (engine === 'onnxruntime' && device === 'cpu') return 'the processor';
  return found?.title ?? 'what suits its model';
}

/** In full: an entry of a list has one line, and so has a notification without a button. */
async function tellMissing({ report }: Services, device: FoundDevice): Promise<void> {
  const { engine, title: name, reason } = device;
  const copyReason = {
    title: 'Copy',
    run: () => vscode.env.clipboard.writeText(devicesReport([device], [])),
  };
  const install = { title: 'Install …', run: () => runCommand('textclf.installTensorflow') };
  const actions = engine === 'tensorflow' ? [install, copyReason] : [copyReason];
  await report.info([`${name} is not here.`, reason].filter(Boolean).join(' '), actions);
}
