import { html } from 'lit';
import type { Page } from '../page';
import { nothing, type Template } from './part';

/** A link to a line of a data file, or to the file. */
export function place(file: string, line: number | undefined, page: Page, textId?: string): Template {
  const text = line === undefined ? file : `${file}:${line}`;
  const title = line === undefined ? 'Open' : 'Open at this line';
  return link(text, title, () => page.openRow(file, line ?? 1), textId);
}

/** A link to a file where there is little room: its name alone. */
export function fileName(file: string, page: Page): Template {
  return link(file.split(/[\\/]/).at(-1)!, `Open ${file}`, () => page.openRow(file, 1));
}

function link(text: string, title: string, onClick: () => void, textId?: string): Template {
  const open = (event: Event) => {
    event.preventDefault();
    onClick();
  };
  return html`<a class="file-link" href="#" title=${title} aria-describedby=${textId ?? nothing} @click=${open}><bdi>${text}</bdi></a>`;
}
