import * as vscode from 'vscode';
import type { RuntimeOptions } from '../experiment/schema';
import type { DeviceName, FoundDevice } from '../protocol/devices';
import { isChosen, type WantedDevice } from './device-settings';
import { deviceFacts } from './device-text';
import { withoutIcons } from './plain-text';

export type DeviceItem = vscode.QuickPickItem & {
  /** None for `auto`. */
  device?: FoundDevice;
  /** What it means for an experiment; none where it can't be chosen for one. */
  wanted?: WantedDevice;
};

const icons: Record<DeviceName, string> = {
  cpu: 'chip',
  webgpu: 'circuit-board',
  cuda: 'circuit-board',
  coreml: 'circuit-board',
  directml: 'circuit-board',
};

const installButton: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('desktop-download'),
  tooltip: 'Install, Reinstall or Remove TensorFlow.js …',
};

/**
 * The entries of "TextClf: Devices".
 *
 * @param runtime what the experiment in front says
 */
export function deviceItems(
  found: readonly FoundDevice[],
  runtime: RuntimeOptions | undefined,
): DeviceItem[] {
  const there = found.filter(({ isThere }) => isThere);
  const missing = found.filter(({ isThere }) => !isThere);
  return [
    { label: 'Can be used', kind: vscode.QuickPickItemKind.Separator },
    ...(runtime ? [automaticItem(runtime)] : []),
    ...there.map((device) => thereItem(device, runtime)),
    ...(missing.length > 0 ? [{ label: 'Not here', kind: vscode.QuickPickItemKind.Separator }] : []),
    ...missing.map(missingItem),
  ];
}

const chosenNow = 'chosen now';

function automaticItem(runtime: RuntimeOptions): DeviceItem {
  const wanted = { engine: runtime.engine, device: 'auto' } as const;
  return {
    label: 'Automatic',
    ...(isChosen(runtime, wanted) ? { description: chosenNow } : {}),
    detail: 'The fastest for the model; the log of each run says which, and why',
    iconPath: new vscode.ThemeIcon('wand'),
    wanted,
  };
}

function thereItem(device: FoundDevice, runtime: RuntimeOptions | undefined): DeviceItem {
  const { engine, title, name, reason } = device;
  const wanted = { engine, device: device.device };
  const chosen = runtime && isChosen(runtime, wanted) ? chosenNow : undefined;
  return {
    label: withoutIcons(title),
    description: withoutIcons([name, chosen].filter(Boolean).join(' · ')),
    detail: withoutIcons([...deviceFacts(device), reason].filter(Boolean).join(' · ')),
    iconPath: new vscode.ThemeIcon(icons[device.device]),
    ...(engine === 'tensorflow' ? { buttons: [installButton] } : {}),
    device,
    wanted,
  };
}

function missingItem(device: FoundDevice): DeviceItem {
  const { engine, title, name, reason } = device;
  return {
    label: withoutIcons(title),
    ...(name === undefined ? {} : { description: withoutIcons(name) }),
    detail: withoutIcons(reason ?? 'It does not say why.'),
    iconPath: new vscode.ThemeIcon('circle-slash'),
    ...(engine === 'tensorflow' ? { buttons: [installButton] } : {}),
    device,
  };
}
