/** For every process that the extension starts: VS Code's own Node, and nothing sent anywhere. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    // Options meant for the extension host (a debugger's port, say) are not for its children.
    if (!/^(NODE_OPTIONS|VSCODE_|ELECTRON_)/.test(name)) environment[name] = value;
  }
  return { ...environment, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' };
}
