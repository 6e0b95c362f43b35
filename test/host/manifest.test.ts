/** What package.json announces to VS Code, held against the tables in the code. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const { contributes } = manifest;

/** The keys of a TypeScript interface in a file: its types are gone when a test runs. */
function keysOf(file: string, name: string): string[] {
  const source = readFileSync(file, 'utf8');
  const body = source.match(new RegExp(`export interface ${name} \\{\\n(.*?)\\n\\}`, 's'))?.[1];
  if (body === undefined) throw new Error(`${file} has no interface ${name}`);
  return [...body.matchAll(/^ {2}'?([\w.]+)'?:/gm)].map(([, key]) => key!);
}

const ids: string[] = contributes.commands.map(({ command }: { command: string }) => command);

describe('commands', () => {
  it('are those of the table in the code', () => {
    expect(ids.toSorted()).toEqual(keysOf('src/host/commands.ts', 'Commands').toSorted());
  });

  it('have a category, a title that starts with a capital, and no two the same title', () => {
    const titles: string[] = contributes.commands.map(({ title }: { title: string }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const { category, title } of contributes.commands) {
      expect(category).toBe('TextClf');
      expect(title).toMatch(/^[A-Z]/);
    }
  });

  it('exist where menus, keys, views and the walkthrough name them', () => {
    const text = JSON.stringify([
      contributes.menus,
      contributes.keybindings,
      contributes.viewsWelcome,
      contributes.walkthroughs,
    ]);
    const named = [
      ...text.matchAll(/"command":"(textclf\.\w+)"|[(:](?:command|onCommand):(textclf\.\w+)/g),
    ].map(([, a, b]) => a ?? b!);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('that train, predict, write models or start what else computes are off in a workspace that is not trusted', () => {
    const running = [
      'train',
      'trainBaseline',
      'predictSelection',
      'predictText',
      'predictExamples',
      'predictFile',
      'exportModel',
      'pushModel',
      'continueOnCpu',
      'devices',
      'installTensorflow',
    ];
    for (const name of running) {
      const command = contributes.commands.find(
        (item: { command: string }) => item.command === `textclf.${name}`,
      );
      expect(command.enablement).toBe('isWorkspaceTrusted');
    }
  });
});

describe('settings', () => {
  it('are those of the table in the code, with a default and a description', () => {
    const { properties } = contributes.configuration;
    const names = keysOf('src/host/configuration.ts', 'Settings').map((name) => `textclf.${name}`);
    expect(Object.keys(properties).toSorted()).toEqual(names.toSorted());
    for (const property of Object.values<Record<string, unknown>>(properties)) {
      expect(property.default).toBeDefined();
      expect(property.description ?? property.markdownDescription).toMatch(/\.$/);
    }
  });
});

describe('the path of TensorFlow.js, whose code is run', () => {
  const property = contributes.configuration.properties['textclf.tensorflow.path'];

  it("is the machine's: no folder that is opened can set it", () => {
    expect(property.scope).toBe('machine');
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    expect(restrictedConfigurations).toContain('textclf.tensorflow.path');
  });

  const paths: [path: string, isWhole: boolean][] = [
    ['', true],
    ['/opt/tensorflow', true],
    ['C:\\tensorflow', true],
    ['c:/tensorflow', true],
    ['\\\\server\\share', true],
    ['tensorflow', false],
    ['./tensorflow', false],
    ['~/tensorflow', false],
  ];
  it.each(paths)('may be "%s": %s', (path, isWhole) => {
    expect(new RegExp(property.pattern).test(path)).toBe(isWhole);
  });
});

describe('the manifest', () => {
  it('names only pictures that are there', () => {
    const named = [...JSON.stringify(manifest).matchAll(/"(?:\.\/)?(media\/[\w./-]+)"/g)].map(
      ([, path]) => path!,
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('starts the extension for its own files, views and pages only', () => {
    expect(manifest.activationEvents).not.toContain('*');
    expect(manifest.activationEvents).not.toContain('onStartupFinished');
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe('limited');
  });

  it('loads less than 300 kB when it comes up, and what needs the schema of experiments later', () => {
    const loaded = new Set(['extension.js']);
    for (const file of loaded) {
      const source = readFileSync(join('dist', file), 'utf8');
      for (const [, other] of source.matchAll(/\bfrom\s*"\.\/([\w.-]+\.js)"/g)) loaded.add(other!);
    }
    const sizes = [...loaded].map((file) => statSync(join('dist', file)).size);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000);
    const ofSchema = /^extension-experiment-tools-\w+\.js$/;
    expect([...loaded].filter((name) => ofSchema.test(name))).toEqual([]);
    expect(readdirSync('dist').filter((name) => ofSchema.test(name))).toHaveLength(1);
  });

  it('has nothing of the Hub in the extension but names and a look into the cache', () => {
    const built = readdirSync('dist').filter((name) => /^extension.*\.js$/.test(name));
    for (const name of built) {
      const source = readFileSync(join('dist', name), 'utf8');
      expect(/createRepo|preupload|InferenceSession/.test(source), name).toBe(false);
    }
  });

  it('has a walkthrough of at most four steps', () => {
    expect(contributes.walkthroughs[0].steps.length).toBeLessThanOrEqual(4);
  });
});
