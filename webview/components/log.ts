import { html } from 'lit';
import type { LogLine } from '../../src/protocol/dashboard';
import type { Page } from '../page';
import { nothing, Part, type Template } from './part';

const levelIcons: Record<LogLine['level'], string> = { info: '', warning: 'warning', error: 'error' };

/** The last lines of the log. It follows the end unless the person has scrolled up. */
class Log extends Part {
  static override properties = { lines: { attribute: false }, page: { attribute: false } };
  declare lines: readonly LogLine[];
  declare page: Page;
  #follows = true;

  protected override willUpdate(): void {
    const box = this.querySelector('.log-lines');
    this.#follows = !box || box.scrollHeight - box.scrollTop - box.clientHeight < 20;
  }

  protected override updated(): void {
    const box = this.querySelector('.log-lines');
    if (box && this.#follows) box.scrollTop = box.scrollHeight;
  }

  override render(): Template {
    if (this.lines.length === 0) return html`<p class="empty">Nothing was logged yet.</p>`;
    return html`
      <div class="log-lines" role="log" aria-label="Log" aria-live="off" tabindex="0">
        ${this.lines.map(
          ({ level, text }) => html`<div class=${`log-line ${level}`}>
          ${level === 'info' ? nothing : html`<vscode-icon name=${levelIcons[level]} size="14"></vscode-icon><span class="hidden-text">${level}: </span>`}<bdi>${text}</bdi>
        </div>`,
        )}
      </div>
      <vscode-button secondary icon="go-to-file" @click=${() => this.page.command('showLog')}>Open the whole log</vscode-button>
    `;
  }
}

export function defineLog(): void {
  customElements.define('textclf-log', Log);
}
