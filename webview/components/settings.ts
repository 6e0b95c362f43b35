import { html } from 'lit';
import { count, countOf } from '../format';
import { flattenSettings, ownSettings, type Setting, searchSettings } from '../settings';
import { nothing, Part, type Template } from './part';

/** Every option of the experiment, with a search. */
class Settings extends Part {
  static override properties = { settings: { attribute: false }, search: { state: true } };
  declare settings: unknown;
  declare search: string;

  constructor() {
    super();
    this.search = '';
  }

  override render(): Template {
    const all = ownSettings(flattenSettings(this.settings));
    const found = searchSettings(all, this.search);
    return html`
      <div class="section-head">
        <vscode-textfield
          class="search"
          type="search"
          .label=${'Search the settings'}
          placeholder="Search"
          @input=${(event: Event) => {
            this.search = (event.target as HTMLElement & { value: string }).value;
          }}
        ><vscode-icon slot="content-before" name="search"></vscode-icon></vscode-textfield>
        <span class="muted" role="status">${found.length === all.length ? countOf(all.length, 'setting') : `${count(found.length)} of ${countOf(all.length, 'setting')}`}</span>
      </div>
      ${found.length === 0 ? html`<p class="empty">No setting has that in its name or value.</p>` : settingsTable(found)}
    `;
  }
}

/** Options are grouped by their first key, which heads the group. */
function settingsTable(settings: readonly Setting[]): Template {
  const groups = new Map<string, Setting[]>();
  for (const setting of settings) {
    const group = setting.path.split('.', 1)[0]!;
    groups.set(group, [...(groups.get(group) ?? []), setting]);
  }
  return html`<table class="settings">
    <caption class="hidden-caption">The experiment as it was trained, every option spelt out</caption>
    <thead class="hidden-text"><tr><th scope="col">Option</th><th scope="col">Value</th></tr></thead>
    ${[...groups].map(
      ([name, group]) => html`<tbody>
        ${group[0]!.path === name ? nothing : html`<tr class="group"><th colspan="2" scope="rowgroup"><bdi>${name}</bdi></th></tr>`}
        ${group.map(
          ({ path, value }) => html`<tr>
            <th scope="row" class=${path === name ? '' : 'inner'}><bdi>${path === name ? name : breakable(path.slice(name.length + 1))}</bdi></th>
            <td><textclf-long-text .text=${value}></textclf-long-text></td>
          </tr>`,
        )}
      </tbody>`,
    )}
  </table>`;
}

/** Breaks lines before a dot rather than within a word. */
function breakable(path: string): Template[] {
  return path.split('.').map((key, i) => (i === 0 ? html`${key}` : html`<wbr>.${key}`));
}

export function defineSettings(): void {
  customElements.define('textclf-settings', Settings);
}
