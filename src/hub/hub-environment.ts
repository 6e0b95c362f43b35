/**
 * What the environment says of the Hugging Face Hub, read as Python's huggingface_hub reads it
 * (its constants.py and utils/_auth.py), so that both use one cache, one token and one mirror.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';

type Environment = NodeJS.ProcessEnv;

/** `HF_ENDPOINT`, or the Hub itself; without a slash at its end. */
export function hubEndpoint(env: Environment): string {
  const text = (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return text;
  const what =
    url && (url.username !== '' || url.password !== '')
      ? 'HF_ENDPOINT must not hold a name or password.'
      : `HF_ENDPOINT is no address: ${JSON.stringify(text)}`;
  throw new HumanError(what, {
    hint: 'It starts with https:// (or http://), and names a mirror of the Hugging Face Hub. Without it, the Hub itself is asked.',
  });
}

/** The folder of all models: `HF_HUB_CACHE`, or `hub` in `HF_HOME`. */
export function hubCache(env: Environment): string {
  const named = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE;
  return named ? expandPath(named, env) : join(hubHome(env), 'hub');
}

/** `HF_TOKEN`, or what `hf auth login` has kept; undefined without either. */
export function hubToken(env: Environment): string | undefined {
  const token = clean(env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN) ?? clean(readToken(env));
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return token;
  // The token itself stays out of the message.
  throw new HumanError('The access token of the Hugging Face Hub holds characters that no token has.', {
    hint: 'Look at HF_TOKEN, or log in again: hf auth login.',
  });
}

/** The same for reading, which Python may have been told to do without. */
export function readingToken(env: Environment): string | undefined {
  return isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN) ? undefined : hubToken(env);
}

/** The variable that forbids to connect to the Hub, if one does. */
export function offlineVariable(env: Environment): string | undefined {
  const name = env.HF_HUB_OFFLINE ? 'HF_HUB_OFFLINE' : 'TRANSFORMERS_OFFLINE';
  return isTrue(env[name]) ? name : undefined;
}

/** Whether links may be made in the cache, where the system can. */
export function mayLink(env: Environment): boolean {
  return !isTrue(env.HF_HUB_DISABLE_SYMLINKS);
}

function hubHome(env: Environment): string {
  if (env.HF_HOME) return expandPath(env.HF_HOME, env);
  return join(expandPath(env.XDG_CACHE_HOME || join('~', '.cache'), env), 'huggingface');
}

function readToken(env: Environment): string | undefined {
  const file = env.HF_TOKEN_PATH ? expandPath(env.HF_TOKEN_PATH, env) : join(hubHome(env), 'token');
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw fileError('reading', file, error);
  }
}

/** Python's expanduser: a `~` at the start of a path. */
export function expandHome(path: string, env: Environment): string {
  return path.replace(/^~(?=$|[/\\])/, () => home(env));
}

/** With Python's expandvars too: `$NAME` and `${NAME}`; what is not set stays as it is. */
function expandPath(path: string, env: Environment): string {
  return expandHome(path, env).replace(
    /\$(?:(\w+)|\{([^}]*)\})/g,
    (whole, plain, braced) => env[plain ?? braced] ?? whole,
  );
}

function home(env: Environment): string {
  return (process.platform === 'win32' ? env.USERPROFILE : env.HOME) || homedir();
}

function clean(token: string | undefined): string | undefined {
  return token?.replace(/[\r\n]/g, '').trim() || undefined;
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((value ?? '').toUpperCase());
}
