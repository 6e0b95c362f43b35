import { html } from 'lit';
import type { ClassWords } from '../../src/protocol/inspection';
import { count, countOf } from '../format';
import { nothing, type Template } from './part';
import { label } from './text';

/** The words that tell each class from the others. */
export function tellingWords(classes: readonly ClassWords[]): Template {
  const told = classes.filter(({ words }) => words.length > 0);
  if (told.length === 0) return nothing;
  return html`<section aria-labelledby="words-heading">
    <h2 id="words-heading">Most telling words</h2>
    <p class="muted hint">Words that stand in a class more often than chance explains, and how many of its training rows have them.</p>
    <div class="scroll telling" tabindex="0" role="region" aria-labelledby="words-heading">
      <table class="telling-words">
        <caption class="hidden-caption">The most telling words of each class</caption>
        <tbody>
          ${told.map(
            (entry) => html`<tr>
            <th scope="row">${label(entry.label)}</th>
            <td><ul class="words">${entry.words.map(
              ({ word, score, rows }) =>
                html`<li class="word" title=${`in ${countOf(rows, 'row')} of this class, ${score.toFixed(1)} standard deviations more than expected`}><bdi>${word}</bdi> <span class="muted">${count(rows)}</span></li>`,
            )}</ul></td>
          </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
