import * as vscode from 'vscode';
import { hubEndpoint, hubToken } from '../hub/hub-environment';
import { filesIn, isVisible } from '../runs/folder-files';
import { withCliProgress } from './cli-progress';
import type { RunTarget } from './commands';
import { pickModelRun } from './pick';
import { withoutLinks } from './plain-text';
import { type PushPlan, pushQuestion, repoName, repoRefusal } from './push-plan';
import type { Services } from './services';
import { requireTrust } from './trust';

const title = 'Push Model to the Hugging Face Hub';

/** Where VS Code keeps the token: with the system's passwords, in no file of the workspace. */
const tokenKey = 'textclf.hubToken';

interface Token {
  /** Undefined: that of the environment, which the process reads by itself. */
  value: string | undefined;
  /** Whether it is to be kept once it has worked. */
  isNew: boolean;
}

/** Sends a run's model to the Hub: asks what it is to be called and who may see it, tells what is sent, then sends. */
export async function pushModel(services: Services, target: RunTarget | undefined): Promise<void> {
  requireTrust('sent');
  const picked = await pickModelRun(services, target, title);
  if (!picked) return;
  const { run, model } = picked;
  const repo = await askForRepo(run.name);
  const isPublic = repo === undefined ? undefined : await askWhoMaySee();
  if (repo === undefined || isPublic === undefined) return;
  const plan: PushPlan = {
    ...{ name: run.name, repo, isPublic, files: filesIn(model).filter(({ path }) => isVisible(path)) },
    hasOwnWords: run.record.model !== 'pretrained',
    endpoint: hubEndpoint(process.env),
  };
  if (!(await isMeant(plan))) return;
  const token = await tokenFor(services, plan);
  if (token) await push(services, plan, token, { folder: run.folder, root: run.root });
}

async function askForRepo(name: string): Promise<string | undefined> {
  const value = repoName(name);
  const repo = await vscode.window.showInputBox({
    title,
    prompt: 'The repository: a name of your own, or organisation/name. It is made where there is none',
    value,
    validateInput: repoRefusal,
  });
  return repo?.trim();
}

async function askWhoMaySee(): Promise<boolean | undefined> {
  const items = [
    { label: 'Private', detail: 'Only you, or the members of the organisation', isPublic: false },
    { label: 'Public', detail: 'Everybody', isPublic: true },
  ];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Who may see the model?' });
  return picked?.isPublic;
}

async function isMeant(plan: PushPlan): Promise<boolean> {
  const { question, detail } = pushQuestion(plan);
  const button = 'Send';
  const options = { modal: true, detail };
  return (await vscode.window.showWarningMessage(withoutLinks(question), options, button)) === button;
}

/** That of the environment (`HF_TOKEN`, `hf auth login`), the one that was kept, or one that the person is asked for. */
async function tokenFor({ context }: Services, { endpoint }: PushPlan): Promise<Token | undefined> {
  if (hubToken(process.env) !== undefined) return { value: undefined, isNew: false };
  const kept = await context.secrets.get(tokenKey);
  if (kept !== undefined) return { value: kept, isNew: false };
  const asked = await vscode.window.showInputBox({
    title,
    prompt: `An access token that may write, from ${endpoint}/settings/tokens. VS Code keeps it with your passwords`,
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (/^\s*[\x21-\x7e]+\s*$/.test(text) ? undefined : 'Paste the token: hf_…'),
  });
  return asked === undefined ? undefined : { value: asked.trim(), isNew: true };
}

async function push(
  services: Services,
  plan: PushPlan,
  token: Token,
  { folder, root }: { folder: string; root: string },
): Promise<void> {
  const { context, report } = services;
  const { repo, isPublic } = plan;
  const work = {
    args: ['push', '--run', folder, '--repo', repo, ...(isPublic ? ['--public'] : [])],
    folder: root,
    env: token.value === undefined ? {} : { HF_TOKEN: token.value },
  };
  const again = async () => {
    await context.secrets.delete(tokenKey);
    const other = await tokenFor(services, plan);
    if (other) await push(services, plan, other, { folder, root });
  };
  let done: Awaited<ReturnType<typeof withCliProgress>>;
  try {
    done = await withCliProgress(services, `Sending the model to ${repo}`, work);
  } catch (error) {
    // The token of the environment is not ours to change.
    const actions = token.value === undefined ? [] : [{ title: 'Use Another Token', run: again }];
    await report.error(error, actions);
    return;
  }
  if (!done) return;
  if (token.isNew && token.value !== undefined) await context.secrets.store(tokenKey, token.value);
  const { url } = done;
  const isPage = typeof url === 'string' && url.startsWith(`${plan.endpoint}/`);
  await report.info(
    `The model of ${plan.name} is on the Hub${isPage ? `: ${url}` : '.'}`,
    isPage ? [{ title: 'Open in Browser', run: () => vscode.env.openExternal(vscode.Uri.parse(url)) }] : [],
  );
}
