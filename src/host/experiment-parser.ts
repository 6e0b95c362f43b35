/**
 * The parser of experiments, loaded when the first one is checked: building its schema would take a fifth of the
 * time that the extension has to come up.
 */
export function loadParser(): Promise<typeof import('../experiment/parse')> {
  return import('../experiment/parse');
}
