/*
 * What needs the schema of experiments is loaded when it is first asked for: building the schema would take a fifth
 * of the time that the extension has to come up.
 */

export function loadParser(): Promise<typeof import('../experiment/parse')> {
  return import('../experiment/parse');
}

export function loadSchema(): Promise<typeof import('../experiment/schema-walk')> {
  return import('../experiment/schema-walk');
}
