import { LitElement, noChange, nothing, type TemplateResult } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

export type Template = TemplateResult | typeof nothing;

/**
 * A part of the page that has a state of its own. It renders into the page itself, not into a shadow root: one
 * style sheet serves all parts, and labels and captions reach across them.
 */
export abstract class Part extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}

/**
 * Sets custom properties of an element: `${vars({ '--share': '40%' })}`. The `style` attribute, which lit's own
 * styleMap begins with, is what the page's content security policy forbids.
 */
class Vars extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('vars() belongs to an element');
  }

  render(_values: Readonly<Record<`--${string}`, string>>): typeof noChange {
    return noChange;
  }

  override update(part: ElementPart, [values]: Parameters<Vars['render']>): typeof noChange {
    for (const [name, value] of Object.entries(values)) {
      (part.element as HTMLElement).style.setProperty(name, value);
    }
    return noChange;
  }
}

export const vars = directive(Vars);

/** Whether the person asked for no motion. */
export function isCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

export { nothing };
