import type * as vscode from 'vscode';
import { setting } from './configuration';
import { tensorflowVariables } from './tensorflow-path';

/** Where the processes that the extension starts find TensorFlow.js: as the setting says, or as it was installed. */
export function tensorflowEnvironment({ globalStorageUri }: vscode.ExtensionContext): NodeJS.ProcessEnv {
  return tensorflowVariables(setting('tensorflow.path'), globalStorageUri.fsPath);
}
