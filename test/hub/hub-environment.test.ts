import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  hubCache,
  hubEndpoint,
  hubToken,
  mayLink,
  offlineVariable,
  readingToken,
} from '../../src/hub/hub-environment';
import { isHubName } from '../../src/hub/hub-name';
import fixture from '../fixtures/hub-environment.json';

interface Environment {
  env: Record<string, string>;
  endpoint: string;
  cache: string;
  token: string | null;
  offline: boolean;
  links: boolean;
}

const cases = fixture.cases as (Environment | { name: string; fine: boolean })[];
const environments = cases.filter((one): one is Environment => 'env' in one);
const names = cases.filter((one): one is { name: string; fine: boolean } => 'name' in one);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-hub-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the environment', () => {
  it.each(environments.map((one) => [JSON.stringify(one.env), one] as const))('%s', (_, one) => {
    const env = { HOME: '/home/me', USERPROFILE: '/home/me', ...one.env };
    expect({
      endpoint: hubEndpoint(env),
      cache: hubCache(env),
      token: hubToken(env) ?? null,
      offline: offlineVariable(env) !== undefined,
      links: mayLink(env),
    }).toEqual({
      endpoint: one.endpoint,
      cache: one.cache,
      token: one.token,
      offline: one.offline,
      links: one.links,
    });
  });

  it('has a token in a file, unless it is not to be sent for reading', () => {
    writeFileSync(join(folder, 'token'), 'hf_file\n');
    expect(hubToken({ HF_HOME: folder })).toBe('hf_file');
    expect(hubToken({ HF_HOME: '/nowhere', HF_TOKEN_PATH: join(folder, 'token') })).toBe('hf_file');
    expect(hubToken({ HF_HOME: folder, HF_TOKEN: 'hf_own' })).toBe('hf_own');
    expect(readingToken({ HF_HOME: folder })).toBe('hf_file');
    expect(readingToken({ HF_HOME: folder, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeUndefined();
  });

  it('says which variable forbids to connect', () => {
    expect(offlineVariable({ HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '0' })).toBe('HF_HUB_OFFLINE');
    expect(offlineVariable({ TRANSFORMERS_OFFLINE: '1' })).toBe('TRANSFORMERS_OFFLINE');
  });

  it.each(['ftp://mirror', 'mirror.example', 'https://me:secret@mirror', ' '])(
    'has no endpoint in "%s"',
    (HF_ENDPOINT) => {
      expect(() => hubEndpoint({ HF_ENDPOINT })).toThrow(
        expect.objectContaining({
          name: 'HumanError',
          message: expect.not.stringContaining('secret'),
          hint: expect.stringContaining('https://'),
        }),
      );
    },
  );

  it('has no token in what cannot be sent, and does not say what it is', () => {
    expect(() => hubToken({ HF_TOKEN: 'hf_sécret' })).toThrow(
      expect.objectContaining({ name: 'HumanError', message: expect.not.stringContaining('cret') }),
    );
  });
});

it.each(names)('takes $name for a name on the Hub: $fine', ({ name, fine }) => {
  expect(isHubName(name)).toBe(fine);
});
