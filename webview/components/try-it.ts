import { html } from 'lit';
import type { RunState } from '../../src/protocol/dashboard';
import type { TextPrediction } from '../../src/protocol/helper';
import { countOf, percent } from '../format';
import type { Page } from '../page';
import { settingAt } from '../settings';
import type { PredictionState } from '../state';
import { isLive } from './header';
import { nothing, Part, type Template, vars } from './part';
import { label } from './text';

/** A person's typing is waited for so long, in milliseconds. */
const typingPause = 150;

/** Few classes keep their places while the person types; of many, the likeliest come first. */
const steadyClasses = 8;
const shownClasses = 12;

/** A box to type a text and see what the model says of it, and the experiment's own examples. */
class TryIt extends Part {
  static override properties = {
    state: { attribute: false },
    run: { attribute: false },
    page: { attribute: false },
    isWhole: { state: true },
  };
  declare state: PredictionState;
  declare run: RunState;
  declare page: Page;
  declare isWhole: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  protected override firstUpdated(): void {
    if (this.run.header.hasModel && this.page.choices.draft !== '')
      this.page.predict(this.page.choices.draft);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render(): Template {
    const { header } = this.run;
    return html`<div class="columns">
      <section aria-labelledby="try-heading">
        <h2 id="try-heading">Try the model</h2>
        ${
          header.hasModel
            ? this.#box()
            : html`<p class="empty">${isLive(header) ? 'There is a model to try as soon as the first epoch has ended.' : 'This run has left no model.'}</p>`
        }
      </section>
      <section aria-labelledby="examples-heading">
        <h2 id="examples-heading">Examples</h2>
        ${this.#examples()}
      </section>
    </div>`;
  }

  #box(): Template {
    const { prediction, refused } = this.state;
    return html`<vscode-textarea
        class="try-box"
        .label=${'Text to classify'}
        placeholder="Type or paste a text"
        rows="5"
        resize="vertical"
        .value=${this.page.choices.draft}
        @input=${this.#onInput}
      ></vscode-textarea>
      ${refused ? html`<p class="empty" role="alert">${refused}</p>` : nothing}
      ${prediction ? this.#bars(prediction) : refused ? nothing : html`<p class="empty">The answer comes while you type.</p>`}`;
  }

  #onInput = (event: Event) => {
    const text = (event.target as HTMLElement & { value: string }).value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#use(text), typingPause);
  };

  #use(text: string): void {
    this.page.choose({ draft: text });
    this.page.predict(text);
  }

  #bars({ labels, probability, classes }: TextPrediction): Template {
    const isSteady = classes.length <= steadyClasses;
    const sorted = isSteady ? classes : [...classes].sort((a, b) => b.probability - a.probability);
    const shown = isSteady || this.isWhole ? sorted : sorted.slice(0, shownClasses);
    const given = new Set(labels);
    return html`${this.#answer(labels, probability)}
      <table class="bars">
        <caption class="hidden-caption">Probability of each class</caption>
        <tbody>
          ${shown.map(
            (entry) => html`<tr class=${given.has(entry.label) ? 'winner' : ''}>
            <th scope="row">${label(entry.label)}</th>
            <td class="bar-cell" aria-hidden="true"><div class="bar" ${vars({ '--share': `${100 * entry.probability}%` })}></div></td>
            <td class="number">${percent(entry.probability)}</td>
          </tr>`,
          )}
        </tbody>
      </table>
      ${
        !isSteady && classes.length > shownClasses
          ? html`<button class="link" @click=${() => {
              this.isWhole = !this.isWhole;
            }}>${this.isWhole ? 'Only the likeliest' : `All ${countOf(classes.length, 'class', 'classes')}`}</button>`
          : nothing
      }`;
  }

  /** One class with its probability; of a multi-label task, every label that is given, or that none is. */
  #answer(labels: readonly string[], probability: number): Template {
    if (!isMultiLabel(this.run)) {
      return html`<p class="answer" role="status"><b>${label(labels[0] ?? '')}</b> ${percent(probability)}</p>`;
    }
    return html`<p class="answer marks" role="status">
      ${labels.length === 0 ? 'No label' : labels.map((name) => html`<b class="mark right">${label(name)}</b>`)}
    </p>`;
  }

  #examples(): Template {
    const { examples, header } = this.run;
    if (examples.length === 0) {
      return html`<p class="empty">${
        isLive(header)
          ? "The experiment's examples are classified at the end."
          : 'None: "examples" in the experiment file lists texts that are classified at the end.'
      }</p>`;
    }
    return html`<ul class="examples">
      ${examples.map(
        ({ text, label: name, probability }) => html`<li>
        <div class="row-head">
          <b>${label(name)}</b><span class="probability">${percent(probability)}</span>
          ${header.hasModel ? html`<button class="link place" @click=${() => this.#use(text)}>try</button>` : nothing}
        </div>
        <textclf-long-text .text=${text}></textclf-long-text>
      </li>`,
      )}
    </ul>`;
  }
}

function isMultiLabel({ evaluation, settings }: RunState): boolean {
  if (evaluation) return evaluation.task === 'multi-label';
  return settingAt(settings, 'data.task') === 'multi-label';
}

export function defineTryIt(): void {
  customElements.define('textclf-try-it', TryIt);
}
