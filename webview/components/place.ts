import { html } from 'lit';
import type { Page } from '../page';
import { nothing, type Template } from './part';

/** A link to a line of a data file, or to the file. */
export function place(file: string, line: number | undefined, page: Page, textId?: string): Template {
  const open = (event: Event) => {
    event.preventDefault();
    page.openRow(file, line ?? 1);
  };
  const title = line === undefined ? `Open ${file}` : 'Open at this line';
  return html`<a class="file-link" href="#" title=${title} aria-describedby=${textId ?? nothing} @click=${open}><bdi>${line === undefined ? file : `${file}:${line}`}</bdi></a>`;
}
