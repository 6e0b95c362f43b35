import { html } from 'lit';
import type { Page, Tab } from '../page';
import type { Template } from './part';

const tabNames: Record<Tab, string> = {
  data: 'Data',
  trials: 'Trials',
  charts: 'Charts',
  training: 'Training',
  evaluation: 'Evaluation',
  labels: 'Labels',
  try: 'Try it',
  settings: 'Settings',
  log: 'Log',
};

/** The tabs and the chosen one's content; the others are not even rendered. */
export function tabbed(
  page: Page,
  tabs: readonly Tab[],
  marks: Partial<Record<Tab, Template>>,
  names: Partial<Record<Tab, string>>,
  content: (tab: Tab) => Template,
): Template {
  const chosen = chosenTab(page, tabs);
  return html`
    <div class="tabs" role="tablist" aria-label="Parts of the run" @keydown=${(event: KeyboardEvent) => move(event, page, tabs)}>
      ${tabs.map(
        (tab) => html`<button
        role="tab"
        id=${`tab-${tab}`}
        class="tab"
        aria-selected=${tab === chosen}
        aria-controls="tab-panel"
        tabindex=${tab === chosen ? 0 : -1}
        @click=${() => page.choose({ tab })}
      >${names[tab] ?? tabNames[tab]}${marks[tab] ?? ''}</button>`,
      )}
    </div>
    <div id="tab-panel" class="tab-panel" role="tabpanel" aria-labelledby=${`tab-${chosen}`}>${content(chosen)}</div>
  `;
}

/** The first one of results where the page was left on a tab that this run has not: data is read only when asked for. */
function chosenTab(page: Page, tabs: readonly Tab[]): Tab {
  return tabs.includes(page.choices.tab) ? page.choices.tab : tabs.find((tab) => tab !== 'data')!;
}

/** Arrows, Home and End choose a tab, as everywhere. */
function move(event: KeyboardEvent, page: Page, tabs: readonly Tab[]): void {
  const at = tabs.indexOf(chosenTab(page, tabs));
  const targets: Record<string, number> = {
    ArrowLeft: (at + tabs.length - 1) % tabs.length,
    ArrowRight: (at + 1) % tabs.length,
    Home: 0,
    End: tabs.length - 1,
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  page.choose({ tab: tabs[target]! });
  document.getElementById(`tab-${tabs[target]}`)?.focus();
}
