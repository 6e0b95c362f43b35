import type { DeviceName } from '../protocol/devices';
import type { Card } from './probe-protocol';

/** Names of the cards that a device is for, where it is not for all. */
const names: { readonly [Device in DeviceName]?: RegExp } = {
  cuda: /nvidia|geforce|quadro|tesla/i,
};

/** What shows a picture and computes nothing: of servers, virtual machines and remote desktops. */
const forDisplays = /aspeed|matrox|g200|cirrus|bochs|qxl|microsoft (basic|remote)/i;

/** The cards that a device may be: none that the system tells of for the processor. */
export function cardsFor(device: DeviceName, cards: readonly Card[]): readonly Card[] {
  if (device === 'cpu') return [];
  const computing = cards.filter(({ name }) => !forDisplays.test(name));
  const known = computing.filter(({ name }) => names[device]?.test(name));
  return known.length > 0 ? known : computing;
}

/** The card that a device is; undefined where there are several, as the driver alone knows which one it takes. */
export function cardOf(device: DeviceName, cards: readonly Card[]): Card | undefined {
  const [card, ...others] = cardsFor(device, cards);
  return others.length === 0 ? card : undefined;
}
