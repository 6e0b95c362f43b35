import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { fileError } from '../protocol/file-error';
import { runPaths } from '../runs/paths';
import { loadExperimentTools } from './load-experiment-tools';
import { ageText } from './plain-text';
import { readView } from './read-view';
import type { StoredRun } from './run-store';
import type { Services } from './services';

const scheme = 'textclf-run';

/** What a read-only document shows: a run's experiment, an experiment file with all defaults spelt out, a log. */
type Source = { kind: 'experiment' | 'log'; folder: string } | { kind: 'now'; file: string };

export interface RunDocuments extends vscode.Disposable {
  /** The experiment as it was when the run started, against the file now. */
  openDiff(run: StoredRun): Promise<void>;
  openLog(run: StoredRun): Promise<void>;
}

/** Documents that are made of runs; nobody edits them. */
export function registerRunDocuments({ store }: Services): RunDocuments {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const registered = vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => contentOf(sourceOf(uri)),
    }),
    vscode.workspace.onDidChangeTextDocument(({ document: { uri } }) => {
      if (uri.scheme === 'file') changed.fire(documentUri({ kind: 'now', file: uri.fsPath }));
    }),
    // A run that goes on, goes on in its log.
    store.onDidChange(() => {
      for (const { uri } of vscode.workspace.textDocuments) {
        if (uri.scheme === scheme && sourceOf(uri).kind === 'log') changed.fire(uri);
      }
    }),
  );
  return {
    async openDiff({ folder, name, record }) {
      const left = documentUri({ kind: 'experiment', folder });
      const right = documentUri({ kind: 'now', file: record.experimentFile });
      const title = `${name}: as trained ${ageText(record.startedAt)} ↔ now`;
      await vscode.commands.executeCommand('vscode.diff', left, right, title);
    },
    async openLog({ folder }) {
      await vscode.window.showTextDocument(documentUri({ kind: 'log', folder }), { preview: true });
    },
    dispose: () => registered.dispose(),
  };
}

/** Not named like an experiment file, which is checked and has lenses. */
function documentUri(source: Source): vscode.Uri {
  const name = source.kind === 'now' ? basename(source.file, '.textclf.json') : basename(source.folder);
  const path = `/${name}.${source.kind === 'log' ? 'log' : 'json'}`;
  return vscode.Uri.from({ scheme, path, query: JSON.stringify(source) });
}

function sourceOf({ query }: vscode.Uri): Source {
  return JSON.parse(query) as Source;
}

async function contentOf(source: Source): Promise<string> {
  switch (source.kind) {
    case 'experiment': {
      const { experiment } = runPaths(source.folder);
      return spelledOut(await read(experiment), experiment);
    }
    case 'now': {
      const open = vscode.workspace.textDocuments.find(
        ({ uri }) => uri.scheme === 'file' && uri.fsPath === source.file,
      );
      return spelledOut(open?.getText() ?? (await read(source.file)), source.file);
    }
    case 'log':
      return logOf(source.folder);
  }
}

/** With every default, in the schema's order, so that only real differences show; as it is where it has errors. */
async function spelledOut(text: string, file: string): Promise<string> {
  const { parseExperiment, resolvedToJson } = await loadExperimentTools();
  const { experiment } = parseExperiment(text, file);
  return experiment ? resolvedToJson(experiment) : text;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
}

/** As the dashboard shows it, and after it what the training process printed. */
async function logOf(folder: string): Promise<string> {
  const view = await readView(folder);
  const printed = await readFile(runPaths(folder).log, 'utf8').catch(() => '');
  // A line begins with its time.
  const lines = view.log.map(({ level, text }) => `${text.replace('  ', ` [${level}] `)}\n`);
  return `${lines.join('')}${printed}`;
}
