import { fixesOf } from '../experiment/fixes';
import type { HelperMethods } from '../protocol/helper';
import { checkExperiment } from '../trainer/check-experiment';
import { rememberedFacts } from './remembered-facts';
import type { RequestContext } from './serve';

type Check = HelperMethods['check'];

export async function check(
  { file, text }: Check['params'],
  { signal }: RequestContext,
): Promise<Check['result']> {
  const { problems } = await checkExperiment(text, file, { readFacts: rememberedFacts, signal });
  const fixes = fixesOf(text, problems);
  return {
    problems: problems.map(({ remedies: _, ...problem }, i) => ({ ...problem, fixes: fixes[i]! })),
  };
}
