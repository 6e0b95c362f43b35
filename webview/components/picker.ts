import { html } from 'lit';
import type { Template } from './part';

/** A drop-down list. `label` is for those who do not see what it stands beside. */
export function picker<Value extends string>(
  label: string,
  options: readonly { value: Value; text: string }[],
  chosen: Value,
  onChoice: (value: Value) => void,
): Template {
  return html`<select
    class="picker"
    aria-label=${label}
    @change=${(event: Event) => onChoice((event.target as HTMLSelectElement).value as Value)}
  >
    ${options.map(({ value, text }) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`)}
  </select>`;
}
