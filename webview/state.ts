import {
  type ComparisonState,
  type Curve,
  type CurveDelta,
  type DataPageState,
  type EvaluatedRow,
  type InspectionState,
  type LabelSorting,
  longestLog,
  type RowFilter,
  type RunState,
  type ToPage,
} from '../src/protocol/dashboard';
import type { TextPrediction } from '../src/protocol/helper';
import type { FindingRow } from '../src/protocol/inspection';
import type { LabelIssue } from '../src/protocol/label-issues';

/** What the page is about. */
export type Content =
  | { type: 'waiting' }
  | { type: 'run'; run: RunState }
  | { type: 'comparison'; comparison: ComparisonState }
  | { type: 'data'; data: Omit<DataPageState, 'inspection'> }
  | { type: 'gone'; message: string };

/** The listed rows: those of a filter, as far as they were asked for. */
export interface RowList {
  filter: RowFilter;
  rows: readonly EvaluatedRow[];
  /** How many there are in all; null until the host says. */
  total: number | null;
  /** The request on its way, if any; replies to others are stale. */
  request: number | null;
  refused: string | null;
}

/** The listed rows of a finding, as far as they were asked for. */
export interface FindingRows {
  rows: readonly FindingRow[];
  /** How many can be listed; null until the host says. */
  total: number | null;
  /** The request on its way, if any. */
  request: number | null;
}

/** The listed rows that look mislabelled, as far as they were asked for. */
export interface LabelList {
  sorting: LabelSorting;
  issues: readonly LabelIssue[];
  /** How many there are in all; null until the host says. */
  total: number | null;
  /** The request on its way, if any; replies to others are stale. */
  request: number | null;
  refused: string | null;
}

export interface PredictionState {
  request: number | null;
  prediction: TextPrediction | null;
  refused: string | null;
}

export interface PageState {
  content: Content;
  /** Null until they are asked for. */
  rows: RowList | null;
  /** Null until they are asked for. */
  labels: LabelList | null;
  prediction: PredictionState;
  inspection: InspectionState;
  /** Of the findings whose rows were asked for, by their place in the report. */
  findings: ReadonlyMap<number, FindingRows>;
}

/** What the page itself does to its state, beside the host's messages. */
export type PageAction =
  | { type: 'rowsRequested'; request: number; filter: RowFilter; more: boolean }
  | { type: 'findingRowsRequested'; request: number; finding: number }
  | { type: 'labelsRequested'; request: number; sorting: LabelSorting; more: boolean }
  | { type: 'predictionRequested'; request: number }
  | { type: 'predictionCleared' };

const noPrediction: PredictionState = { request: null, prediction: null, refused: null };

export const initialState: PageState = {
  content: { type: 'waiting' },
  rows: null,
  labels: null,
  prediction: noPrediction,
  inspection: { status: 'none' },
  findings: new Map(),
};

/** The next state; parts that a message does not touch keep their identity, so that nothing redraws them. */
export function reduce(state: PageState, message: ToPage | PageAction): PageState {
  switch (message.type) {
    case 'snapshot':
      return { ...state, content: { type: 'run', run: message.state } };
    case 'delta':
      if (state.content.type !== 'run') return state;
      return { ...state, content: { type: 'run', run: applyDelta(state.content.run, message) } };
    case 'comparison':
      return { ...state, content: { type: 'comparison', comparison: message.state } };
    case 'data': {
      const { inspection, ...data } = message.state;
      return { ...inspect(state, inspection), content: { type: 'data', data } };
    }
    case 'inspection':
      return inspect(state, message.state);
    case 'findingRows':
      return addFindingRows(state, message);
    case 'findingRowsRequested': {
      const { finding, request } = message;
      const known = state.findings.get(finding) ?? { rows: [], total: null };
      return { ...state, findings: new Map(state.findings).set(finding, { ...known, request }) };
    }
    case 'gone':
      return { ...state, content: { type: 'gone', message: message.message } };
    case 'rows':
      if (state.rows?.request !== message.request) return state;
      return {
        ...state,
        rows: {
          ...state.rows,
          rows: [...state.rows.rows, ...message.rows],
          total: message.total,
          request: null,
        },
      };
    case 'labelIssues': {
      const { labels } = state;
      if (labels?.request !== message.request) return state;
      const issues = [...labels.issues, ...message.issues];
      return { ...state, labels: { ...labels, issues, total: message.total, request: null } };
    }
    case 'labelsRequested': {
      const { sorting, request, more } = message;
      const kept = more && state.labels ? state.labels : { issues: [], total: null };
      const { issues, total } = kept;
      return { ...state, labels: { sorting, issues, total, request, refused: null } };
    }
    case 'prediction':
      if (state.prediction.request !== message.request) return state;
      return { ...state, prediction: { request: null, prediction: message.prediction, refused: null } };
    case 'refused':
      return refuse(state, message.request, message.message);
    case 'rowsRequested': {
      const { filter, request, more } = message;
      const kept = more && state.rows ? state.rows : { rows: [], total: null };
      return {
        ...state,
        rows: { filter, rows: kept.rows, total: kept.total, request, refused: null },
      };
    }
    case 'predictionRequested':
      // The last answer stays until the next one is there: bars that vanish between letters flicker.
      return { ...state, prediction: { ...state.prediction, request: message.request } };
    case 'predictionCleared':
      return { ...state, prediction: noPrediction };
  }
}

/** The rows of an older report are not those of this one. */
function inspect(state: PageState, inspection: InspectionState): PageState {
  const isSame =
    state.inspection.status === 'ready' &&
    inspection.status === 'ready' &&
    state.inspection.report.digest === inspection.report.digest;
  return { ...state, inspection, findings: isSame ? state.findings : initialState.findings };
}

function addFindingRows(
  state: PageState,
  { request, rows, total }: Extract<ToPage, { type: 'findingRows' }>,
): PageState {
  const asked = [...state.findings].find(([, list]) => list.request === request);
  if (!asked) return state;
  const [finding, list] = asked;
  const next = { rows: [...list.rows, ...rows], total, request: null };
  return { ...state, findings: new Map(state.findings).set(finding, next) };
}

function refuse(state: PageState, request: number, message: string): PageState {
  if (state.rows?.request === request) {
    return { ...state, rows: { ...state.rows, request: null, refused: message } };
  }
  if (state.labels?.request === request) {
    return { ...state, labels: { ...state.labels, request: null, refused: message } };
  }
  if (state.prediction.request === request) {
    return { ...state, prediction: { request: null, prediction: null, refused: message } };
  }
  return state;
}

function applyDelta(run: RunState, delta: Extract<ToPage, { type: 'delta' }>): RunState {
  const { curve, epochs, log } = delta;
  return {
    ...run,
    ...delta.changed,
    ...(curve ? { curve: replaceBuckets(run.curve, curve) } : {}),
    ...(epochs ? { epochs: [...run.epochs, ...epochs] } : {}),
    ...(log ? { log: [...run.log, ...log].slice(-longestLog) } : {}),
  };
}

function replaceBuckets(curve: Curve, delta: CurveDelta): Curve {
  const column = (name: keyof Curve) => [...curve[name].slice(0, delta.from), ...delta[name]];
  return {
    step: column('step'),
    loss: column('loss'),
    smoothLoss: column('smoothLoss'),
    accuracy: column('accuracy'),
    smoothAccuracy: column('smoothAccuracy'),
    learningRate: column('learningRate'),
  };
}
