import { bytesText } from '../protocol/bytes';
import type { FoundDevice } from '../protocol/devices';

/** What is known of a device's hardware: `16 GB · driver 560.35.03 · predicts, does not train`. */
export function deviceFacts({ isThere, memory, driver, use }: FoundDevice): string[] {
  return [
    memory === undefined ? '' : bytesText(memory),
    driver === undefined ? '' : `driver ${driver}`,
    isThere && use === 'predicts' ? 'predicts, does not train' : '',
  ].filter(Boolean);
}

/** Devices as plain text for a bug report, under what is told of the system. */
export function devicesReport(found: readonly FoundDevice[], system: readonly string[]): string {
  const parts = found.map((device) => {
    const { engine, title, isThere, name, reason } = device;
    const facts = [isThere ? 'can be used' : 'not here', name, ...deviceFacts(device)].filter(Boolean);
    const why = reason === undefined ? [] : [`    ${oneLine(reason)}`];
    return [`${title} (${engine}, ${device.device}): ${oneLine(facts.join(', '))}`, ...why].join('\n');
  });
  return `${[...system, ...(system.length > 0 ? [''] : []), ...parts].join('\n')}\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
