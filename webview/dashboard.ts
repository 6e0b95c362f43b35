/** The dashboard page: defines its elements and mounts it in the document that the extension serves. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-textarea/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import { defineChart } from './components/chart';
import { defineClassCounts } from './components/class-counts';
import { defineClasses } from './components/classes';
import { Dashboard } from './components/dashboard';
import { defineData } from './components/data';
import { defineFinding } from './components/finding';
import { defineHeader } from './components/header';
import { defineLabels } from './components/labels';
import { defineLengths } from './components/lengths';
import { defineLog } from './components/log';
import { defineMatrix } from './components/matrix';
import { defineParallel } from './components/parallel';
import { defineRows } from './components/rows';
import { defineSettings } from './components/settings';
import { defineLongText } from './components/text';
import { defineTrials } from './components/trials';
import { defineTryIt } from './components/try-it';
import type { VsCodeApi } from './page';

declare function acquireVsCodeApi(): VsCodeApi;

const definitions = [
  ...[defineChart, defineClassCounts, defineClasses, defineData, defineFinding, defineHeader],
  ...[defineLabels, defineLengths, defineLog, defineLongText],
  ...[defineMatrix, defineParallel, defineRows, defineSettings, defineTrials, defineTryIt],
];
for (const define of definitions) define();

const api = acquireVsCodeApi();
const hostState: object = JSON.parse(document.body.dataset.state ?? '{}');
customElements.define(
  'textclf-dashboard',
  class extends Dashboard {
    constructor() {
      super(api, hostState);
    }
  },
);
