/** What it means to a person that a server cannot be reached, or fails again and again. */
import { HumanError } from '../protocol/human-error';
import type { Interrupted } from './line';

const unreachable = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN'];

/** There is no way to the server. */
export function isUnreachable(error: Interrupted): boolean {
  return unreachable.includes(networkCode(error));
}

/** Asking again would end in the same way: TLS knows nobody who signed its certificate, or it sends in a circle. */
export function isHopeless(error: Interrupted): boolean {
  return isUntrusted(error) || isCircle(error);
}

/**
 * @param doing what fails: "The download of x from y"
 * @param instead what else to do: a sentence to stand at the end of the hint
 */
export function networkError(error: Interrupted, url: URL, doing: string, instead: string): HumanError {
  const because = (message: string, hint: string) =>
    new HumanError(message, { hint: `${hint}${instead}`, cause: error });
  const why = networkCode(error) || innermost(error).message;
  if (isUntrusted(error)) {
    return because(
      `The certificate of ${url.host} cannot be verified (${why}).`,
      'Where a proxy signs connections itself, name its certificate in NODE_EXTRA_CA_CERTS. ',
    );
  }
  if (isUnreachable(error)) return because(`There is no connection to ${url.host} (${why}).`, proxyHint());
  if (isCircle(error))
    return because(`${url.host} only ever sends on to other addresses (${why}).`, proxyHint());
  if (error.status === 429)
    return because(`${url.host} has been asked too often from here (429).`, later(error.wait));
  return because(`${doing} fails again and again: ${why}.`, proxyHint());
}

/** Without what may be secret in it. */
export function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** `fetch failed`, says fetch, and why in its cause. */
function networkCode({ cause }: Interrupted): string {
  return codeOf(cause) || (cause instanceof Error ? codeOf(cause.cause) : '');
}

/** The error that all others around it only pass on. */
function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

function isUntrusted(error: Interrupted): boolean {
  return /CERT|UNABLE_TO_VERIFY/.test(networkCode(error));
}

function isCircle(error: Interrupted): boolean {
  return innermost(error).message === 'redirect count exceeded';
}

function later(wait: number | undefined): string {
  const minutes = Math.ceil((wait ?? 0) / 60_000);
  return wait === undefined
    ? 'Try again later. '
    : `It asks to wait for ${minutes === 1 ? 'a minute' : `${minutes} minutes`}: try again then. `;
}

/** Node's fetch leaves proxies alone unless it is told to use them, which early versions cannot. */
function proxyHint(env: NodeJS.ProcessEnv = process.env): string {
  const name = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((key) => env[key]);
  if (name === undefined)
    return 'Check the connection to the internet, and try again: it goes on where it ended. ';
  return env.NODE_USE_ENV_PROXY
    ? `Check the proxy that ${name} names. `
    : `${name} is set, but Node ${process.version} does not use it: Node 22.21, 24 or later does with NODE_USE_ENV_PROXY=1. `;
}
