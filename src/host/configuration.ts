import * as vscode from 'vscode';

/** Every setting and its type; a test holds this table against package.json. */
export interface Settings {
  maxConcurrentRuns: number;
  openDashboardOnTrain: boolean;
  'tensorflow.path': string;
}

export function setting<Name extends keyof Settings>(name: Name): Settings[Name] {
  // The default stands in package.json.
  return vscode.workspace.getConfiguration('textclf').get<Settings[Name]>(name)!;
}
