import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMeanHint, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { expandHome } from './hub-environment';
import { type HubRepo, kindOf } from './hub-repo';

/**
 * The folder that an experiment's `encoder` names: by a path that looks like one (`./x`, `../x`, `/x`, `~/x`, `C:\x`),
 * or because there is such a folder beside the experiment. Undefined where it is a name on the Hub.
 *
 * @param folder the experiment's
 * @throws HumanError where the path leads to no folder
 */
export function localFolder(encoder: string, folder: string, env: NodeJS.ProcessEnv): string | undefined {
  const looksLocal = /^(?:\.{0,2}[/\\]|\.{1,2}$|~(?:$|[/\\])|[A-Za-z]:[/\\])/.test(encoder);
  // A name in an experiment reads no variables: their values, a token, would stand in messages.
  const path = resolve(folder, expandHome(encoder, env));
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return path;
  if (!looksLocal) return undefined;
  throw new HumanError(
    found ? `The encoder ${path} is a file, not a folder.` : `There is no folder ${path} with an encoder.`,
    {
      hint: 'Name the folder that holds config.json, tokenizer.json and model.safetensors (relative to the folder of the experiment file), or a model of the Hugging Face Hub.',
    },
  );
}

/**
 * Whether the Hub could have a model of this name: `name` or `organisation/name`, by the rules of huggingface_hub's
 * `validate_repo_id`.
 */
export function isHubName(text: string): boolean {
  return (
    /^(?:[A-Za-z0-9_][\w.-]{0,95}\/)?[A-Za-z0-9_][\w.-]{0,95}$/.test(text) &&
    !/--|\.\.|[.-]$|[.-]\/|\.git$/.test(text)
  );
}

/** @throws HumanError where there can be no such repository, or revision of one */
export function checkHubName(repo: HubRepo, revision: string): void {
  const { noun, known } = kindOf(repo);
  if (!isHubName(repo.name)) {
    const folder =
      repo.type === 'model'
        ? { neither: 'neither a folder nor', path: "; a folder's path starts with ./" }
        : { neither: 'not', path: '' };
    throw new HumanError(
      `${quoteName(repo.name)} is ${folder.neither} the name of a ${noun} on the Hugging Face Hub.`,
      {
        hint: `${didYouMeanHint(repo.name, known)}A name there is "name" or "organisation/name"${folder.path}`,
      },
    );
  }
  if (!/^\w[\w.+@/-]*$/.test(revision) || /\.\.|\/\/|\/$|\.lock$/.test(revision)) {
    throw new HumanError(`${quoteName(revision)} is no branch, tag or commit of a ${noun} on the Hub.`, {
      hint: 'The branch "main" is the usual one; a commit has forty hexadecimal digits.',
    });
  }
}
