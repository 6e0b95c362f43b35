import { bytesText } from '../../protocol/bytes';
import type { FoundDevice } from '../../protocol/devices';
import { harmless } from '../format/harmless';
import { indent, table } from '../format/table';
import { heading, type Style } from './style';

/** What can be used, and below it what cannot; each with what is to be known of it. */
export function deviceLines(found: readonly FoundDevice[], style: Style): string[] {
  const there = found.filter(({ isThere }) => isThere);
  const missing = found.filter(({ isThere }) => !isThere);
  return [
    heading(style, 'Can be used'),
    ...indent(withReasons(there, table(there.map(row), ['left', 'left', 'left', 'right', 'left']), style)),
    ...(missing.length === 0
      ? []
      : ['', heading(style, 'Not here'), ...indent(missing.flatMap((device) => absent(device, style)))]),
    '',
    style.colors.dim(
      'In an experiment file: "runtime": { "engine": …, "device": … }. "auto" chooses by the model.',
    ),
  ];
}

function row({ title, engine, device, name = '', memory, driver }: FoundDevice): string[] {
  return [
    title,
    engine === 'onnxruntime' ? device : `${engine}, ${device}`,
    harmless(name),
    memory === undefined ? '' : bytesText(memory),
    driver === undefined ? '' : `driver ${harmless(driver)}`,
  ];
}

/** Each line of the table with its device's reason below it. */
function withReasons(devices: readonly FoundDevice[], lines: readonly string[], { colors }: Style): string[] {
  return lines.flatMap((line, i) => {
    const { reason, use } = devices[i]!;
    const notes = [
      ...(use === 'predicts' ? ['For predictions.'] : []),
      ...(reason ? [harmless(reason)] : []),
    ];
    return [line, ...(notes.length > 0 ? indent([colors.dim(notes.join(' '))]) : [])];
  });
}

function absent({ title, reason = '' }: FoundDevice, { colors }: Style): string[] {
  return [title, ...indent([colors.dim(harmless(reason))])];
}
