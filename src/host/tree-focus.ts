import * as vscode from 'vscode';

/**
 * What a key is meant for: the focused element, along with all that is selected where it is one of these. Arrow keys
 * move the focus alone, and extensions are told the selection alone; but toggling the focused element in the
 * selection tells which one it is.
 */
export async function chosenByKeyboard<Node>(view: vscode.TreeView<Node>): Promise<readonly Node[]> {
  const selected = view.selection;
  await vscode.commands.executeCommand('list.toggleSelection');
  const toggled = view.selection;
  await vscode.commands.executeCommand('list.toggleSelection');
  const added = toggled.filter((node) => !selected.includes(node));
  return added.length > 0 ? added : selected;
}
