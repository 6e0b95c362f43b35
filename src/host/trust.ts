import * as vscode from 'vscode';
import { HumanError } from '../protocol/human-error';

/**
 * @param done what is not done otherwise: "trained"
 * @throws HumanError where the workspace is not trusted: its files say which others are read
 */
export function requireTrust(done: string): void {
  if (vscode.workspace.isTrusted) return;
  throw new HumanError(`Nothing is ${done} in Restricted Mode.`, { hint: 'Trust this workspace first.' });
}
