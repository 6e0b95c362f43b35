import * as vscode from 'vscode';
import { formatError, formatPlace, HumanError, type Place } from '../protocol/human-error';
import { documentOf } from './packed-files';
import { withoutLinks } from './plain-text';

/** A button of a notification. */
export interface Action {
  title: string;
  run: () => unknown;
}

export interface Reporter {
  readonly log: vscode.LogOutputChannel;
  /** One notification with the cause, and buttons that help; the stack of a bug goes to the log only. */
  error(error: unknown, actions?: readonly Action[]): Promise<void>;
  /** Offers actions beside a message of no harm. */
  info(message: string, actions?: readonly Action[]): Promise<void>;
}

export function createReporter(log: vscode.LogOutputChannel): Reporter {
  const showLog: Action = { title: 'Show Log', run: () => log.show() };
  return {
    log,
    async error(error, actions = []) {
      log.error(formatError(error));
      const place = error instanceof HumanError ? error.place : undefined;
      const buttons = [
        ...actions,
        ...(place ? [openFileAction(place)] : []),
        ...(actions.length > 1 ? [] : [showLog]),
      ];
      await offer(vscode.window.showErrorMessage, sentence(error), buttons);
    },
    async info(message, actions = []) {
      await offer(vscode.window.showInformationMessage, message, actions);
    },
  };
}

/** What a person reads; a bug is named as one. */
function sentence(error: unknown): string {
  if (!(error instanceof HumanError)) {
    return `TextClf ran into a bug: ${error instanceof Error ? error.message : String(error)}`;
  }
  const where = error.place ? `${formatPlace({ ...error.place, file: baseName(error.place.file) })}: ` : '';
  return `${where}${error.message}${error.hint ? ` ${error.hint}` : ''}`;
}

function baseName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}

async function offer(
  show: (message: string, ...items: string[]) => Thenable<string | undefined>,
  message: string,
  actions: readonly Action[],
): Promise<void> {
  const chosen = await show(withoutLinks(message), ...actions.map(({ title }) => title));
  try {
    await actions.find(({ title }) => title === chosen)?.run();
  } catch (error) {
    // Once: what it offers can hardly be of help a second time.
    await vscode.window.showErrorMessage(withoutLinks(sentence(error)));
  }
}

export function openFileAction(place: Place): Action {
  return { title: 'Open File', run: () => openPlace(place) };
}

/**
 * Opens a file at a place, whose lines and columns count from 1; of one that no editor can show, the rows around it.
 *
 * @throws HumanError where the file is gone
 */
export async function openPlace(place: Place, viewColumn?: vscode.ViewColumn): Promise<void> {
  const { file, column = 1 } = place;
  const { uri, line } = documentOf(place);
  try {
    await vscode.workspace.fs.stat(vscode.Uri.file(file));
  } catch (error) {
    throw new HumanError(`${file} is not there any more.`, {
      hint: 'It was moved or deleted.',
      cause: error,
    });
  }
  const position = new vscode.Position(line - 1, column - 1);
  const selection = new vscode.Range(position, position);
  // Unlike showTextDocument, this opens files of any size.
  await vscode.commands.executeCommand('vscode.open', uri, { selection, preview: true, viewColumn });
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.toString() === uri.toString()) {
    editor.revealRange(selection, vscode.TextEditorRevealType.InCenter);
  }
}
