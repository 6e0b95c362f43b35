import { html } from 'lit';
import { nothing, Part, type Template } from './part';

/** A name from a data file: as text, in its own direction, with the whole of it in the tooltip. */
export function label(name: string): Template {
  return html`<bdi class="label" title=${name.length > 20 ? name.slice(0, 1000) : nothing}>${name === '' ? '(empty)' : name}</bdi>`;
}

/** Of a long text so many characters are shown before a person asks for more. */
const shortLength = 280;

/** A text from a data file; a long one is cut, with a button for the rest. */
class LongText extends Part {
  static override properties = { text: {}, isOpen: { state: true } };
  declare text: string;
  declare isOpen: boolean;

  constructor() {
    super();
    this.text = '';
    this.isOpen = false;
  }

  override render(): Template {
    // A text that would only lose a word or two is shown whole.
    if (this.text.length <= shortLength * 1.2) return html`<bdi class="data-text">${this.text}</bdi>`;
    const shown = this.isOpen ? this.text : `${cut(this.text)}…`;
    return html`<bdi class=${this.isOpen ? 'data-text whole-text' : 'data-text'}>${shown}</bdi>
      <button class="link" aria-expanded=${this.isOpen} @click=${this.#toggle}>
        ${this.isOpen ? 'less' : 'more'}
      </button>`;
  }

  #toggle = (event: Event) => {
    event.stopPropagation();
    this.isOpen = !this.isOpen;
  };
}

/** Never between the two halves of a character. */
function cut(text: string): string {
  return text.slice(0, shortLength).replace(/[\ud800-\udbff]$/, '');
}

export function defineLongText(): void {
  customElements.define('textclf-long-text', LongText);
}
