import { html } from 'lit';
import type { Template } from './part';

/** A button of the toolbar: an icon with a tooltip that says what it does. */
export function iconButton(icon: string, label: string, onClick: () => void): Template {
  return html`<vscode-toolbar-button icon=${icon} title=${label} .label=${label} @click=${onClick}></vscode-toolbar-button>`;
}
