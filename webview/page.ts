import type {
  DataCommand,
  FromPage,
  LabelSorting,
  PageCommand,
  RowFilter,
  RunState,
  ToPage,
} from '../src/protocol/dashboard';
import type { Split } from '../src/protocol/events';
import { type MetricName, metricNames } from '../src/protocol/metrics';
import { initialState, type PageAction, type PageState, reduce } from './state';

/** What VS Code gives a page, once. */
export interface VsCodeApi {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export const tabs = [
  'data',
  'trials',
  'charts',
  'training',
  'evaluation',
  'labels',
  'try',
  'settings',
  'log',
] as const;
export type Tab = (typeof tabs)[number];

/**
 * The tabs of a run, its data first; one that stands for several has none of a single training, but its trials, and an evaluation
 * only where its best model was shown the test rows.
 */
export function tabsOf({ group, evaluation, labels }: RunState): readonly Tab[] {
  const judged: Tab[] = labels ? ['labels'] : [];
  if (!group) return ['data', 'training', 'evaluation', ...judged, 'try', 'settings', 'log'];
  const pictures: Tab[] = group.kind === 'search' ? ['charts'] : [];
  const results: Tab[] = evaluation ? ['evaluation'] : [];
  return ['data', 'trials', ...pictures, ...results, ...judged, 'try', 'settings', 'log'];
}

/** What the person chose on the page; kept while the panel is hidden and when the window reloads. */
export interface Choices {
  tab: Tab;
  /** Ids of the charts that are shown as tables. */
  tables: readonly string[];
  /** Ids of the curves that are hidden. */
  hidden: readonly string[];
  logLoss: boolean;
  /** Of the chart beside the loss. */
  metric: MetricName;
  /** The option that a group's metric is drawn against; the first one where it is not among its options. */
  option: string;
  filter: RowFilter;
  /** The text in the box. */
  draft: string;
}

const noChoices: Choices = {
  tab: 'training',
  tables: [],
  hidden: [],
  logLoss: false,
  metric: 'accuracy',
  option: '',
  filter: {},
  draft: '',
};

/** The parts of the data as headings call them. */
export const splitNames: Readonly<Record<Split, string>> = {
  train: 'Training',
  validation: 'Validation',
  test: 'Test',
};

/** So many rows are asked for at a time. */
export const rowsAtATime = 50;

/** The page without its looks: the state, the choices, and the talk with the host. */
export class Page {
  state: PageState = initialState;
  choices: Choices;
  readonly #api: VsCodeApi;
  readonly #hostState: object;
  readonly #onChange: () => void;
  #lastRequest = 0;

  /** @param hostState what the host needs to restore the panel; it is kept beside the choices */
  constructor(api: VsCodeApi, hostState: object, onChange: () => void) {
    this.#api = api;
    this.#hostState = hostState;
    this.#onChange = onChange;
    this.choices = restoreChoices(api.getState());
    this.#keep();
  }

  ready(): void {
    this.#api.postMessage({ type: 'ready' });
  }

  receive(message: ToPage): void {
    this.#dispatch(message);
  }

  command(command: PageCommand): void {
    this.#api.postMessage({ type: 'command', command });
  }

  openRow(file: string, line: number): void {
    this.#api.postMessage({ type: 'openRow', file, line });
  }

  openRun(folder: string): void {
    this.#api.postMessage({ type: 'openRun', folder });
  }

  openTrial(id: string): void {
    this.#api.postMessage({ type: 'openTrial', id });
  }

  adoptTrial(id: string): void {
    this.#api.postMessage({ type: 'adoptTrial', id });
  }

  choose(changes: Partial<Choices>): void {
    this.choices = { ...this.choices, ...changes };
    this.#keep();
    this.#onChange();
  }

  /** Adds an id to a list of the choices, or takes it away. */
  toggle(list: 'tables' | 'hidden', id: string): void {
    const ids = this.choices[list];
    this.choose({ [list]: ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id] });
  }

  /** Lists the rows of a filter from the start. */
  listRows(filter: RowFilter): void {
    this.choose({ filter });
    this.#requestRows(filter, 0);
  }

  inspect(): void {
    this.#api.postMessage({ type: 'inspect' });
  }

  cancelInspection(): void {
    this.#api.postMessage({ type: 'cancelInspection' });
  }

  dataCommand(command: DataCommand): void {
    this.#api.postMessage({ type: 'dataCommand', command });
  }

  /** Lists the next rows of a finding, given its place in the report. */
  listFindingRows(finding: number): void {
    const offset = this.state.findings.get(finding)?.rows.length ?? 0;
    const request = ++this.#lastRequest;
    this.#dispatch({ type: 'findingRowsRequested', request, finding });
    this.#api.postMessage({ type: 'listFindingRows', request, finding, offset, limit: rowsAtATime });
  }

  /** Lists the rows that look mislabelled from the start. */
  listLabels(sorting: LabelSorting): void {
    this.#requestLabels(sorting, 0);
  }

  moreLabels(): void {
    const { labels } = this.state;
    if (labels) this.#requestLabels(labels.sorting, labels.issues.length);
  }

  moreRows(): void {
    const { rows } = this.state;
    if (rows) this.#requestRows(rows.filter, rows.rows.length);
  }

  predict(text: string): void {
    if (text.trim() === '') {
      this.#dispatch({ type: 'predictionCleared' });
      return;
    }
    const request = ++this.#lastRequest;
    this.#dispatch({ type: 'predictionRequested', request });
    this.#api.postMessage({ type: 'predict', request, text });
  }

  #requestRows(filter: RowFilter, offset: number): void {
    const request = ++this.#lastRequest;
    this.#dispatch({ type: 'rowsRequested', request, filter, more: offset > 0 });
    this.#api.postMessage({ type: 'listRows', request, filter, offset, limit: rowsAtATime });
  }

  #requestLabels(sorting: LabelSorting, offset: number): void {
    const request = ++this.#lastRequest;
    this.#dispatch({ type: 'labelsRequested', request, sorting, more: offset > 0 });
    this.#api.postMessage({ type: 'listLabelIssues', request, sorting, offset, limit: rowsAtATime });
  }

  #dispatch(message: ToPage | PageAction): void {
    const next = reduce(this.state, message);
    if (next === this.state) return;
    this.state = next;
    this.#onChange();
  }

  #keep(): void {
    this.#api.setState({ ...this.#hostState, choices: this.choices });
  }
}

/** A state written by another version of the page may lack anything. */
function restoreChoices(kept: unknown): Choices {
  if (typeof kept !== 'object' || kept === null || !('choices' in kept)) return noChoices;
  const choices = { ...noChoices, ...(kept.choices as Partial<Choices>) };
  return {
    ...choices,
    ...(!tabs.includes(choices.tab) && { tab: noChoices.tab }),
    ...(!metricNames.includes(choices.metric) && { metric: noChoices.metric }),
  };
}
