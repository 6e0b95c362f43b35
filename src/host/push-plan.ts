/** What a person is told before a model is sent to the Hugging Face Hub. */
import { isHubName } from '../hub/hub-name';
import { bytesText } from '../protocol/bytes';
import { countOf } from '../protocol/count';
import { type FolderFile, totalBytes } from '../runs/folder-files';

export interface PushPlan {
  /** The run's, as the person named it. */
  name: string;
  repo: string;
  isPublic: boolean;
  files: readonly FolderFile[];
  /** Whether its vocabulary was made of the training texts. */
  hasOwnWords: boolean;
  /** The Hub's address. */
  endpoint: string;
}

/** A name on the Hub made of a run's: `Spam filter: v2` becomes `Spam-filter-v2`. */
export function repoName(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  const words = plain.match(/[A-Za-z0-9]+(?:[._][A-Za-z0-9]+)*/g) ?? [];
  const repo = words
    .join('-')
    .slice(0, 90)
    .replace(/[._-]+$/, '')
    .replace(/\.git$/i, '-git');
  return isHubName(repo) ? repo : 'text-classifier';
}

/** Why there can be no such repository; undefined where there can. */
export function repoRefusal(text: string): string | undefined {
  if (text.trim() === '') return 'Write a name.';
  if (isHubName(text.trim())) return undefined;
  return 'A name is "organisation/name", or "name" for one of your own: letters, digits, - _ and .';
}

/** More files than this are counted instead of listed. */
const listedFiles = 15;

/** The last question, with all that leaves the machine. */
export function pushQuestion(plan: PushPlan): { question: string; detail: string } {
  const { name, repo, isPublic, files, hasOwnWords, endpoint } = plan;
  const whose = repo.includes('/') ? '' : ' of your account';
  const listed = files.slice(0, listedFiles).map(({ path, bytes }) => `${path} (${bytesText(bytes)})`);
  const more = files.length - listed.length;
  return {
    question: `Send the model of ${name} to ${new URL(endpoint).host}?`,
    detail: [
      `It becomes the repository ${repo}${whose}, which ${isPublic ? 'everybody can see' : 'only you (or your organisation) can see'}.`,
      '',
      `${countOf(files.length, 'file')}, ${bytesText(totalBytes(files))}:`,
      ...listed,
      ...(more > 0 ? [`and ${countOf(more, 'more file')}`] : []),
      '',
      [
        'The names of the classes are in config.json.',
        ...(files.some(({ path }) => path === 'README.md')
          ? [
              'The model card (README.md) tells them too, with the names of the data files, the settings and the results.',
            ]
          : []),
        ...(hasOwnWords ? ['The vocabulary has words of the training texts.'] : []),
        'No row of the data is sent.',
      ].join(' '),
    ].join('\n'),
  };
}
