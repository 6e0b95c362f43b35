import {
  type ComparisonState,
  type Curve,
  type CurveDelta,
  type EvaluatedRow,
  longestLog,
  type RowFilter,
  type RunState,
  type ToPage,
} from '../src/protocol/dashboard';
import type { TextPrediction } from '../src/protocol/helper';

/** What the page is about. */
export type Content =
  | { type: 'waiting' }
  | { type: 'run'; run: RunState }
  | { type: 'comparison'; comparison: ComparisonState }
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

export interface PredictionState {
  request: number | null;
  prediction: TextPrediction | null;
  refused: string | null;
}

export interface PageState {
  content: Content;
  /** Null until they are asked for. */
  rows: RowList | null;
  prediction: PredictionState;
}

/** What the page itself does to its state, beside the host's messages. */
export type PageAction =
  | { type: 'rowsRequested'; request: number; filter: RowFilter; more: boolean }
  | { type: 'predictionRequested'; request: number }
  | { type: 'predictionCleared' };

const noPrediction: PredictionState = { request: null, prediction: null, refused: null };

export const initialState: PageState = {
  content: { type: 'waiting' },
  rows: null,
  prediction: noPrediction,
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

function refuse(state: PageState, request: number, message: string): PageState {
  if (state.rows?.request === request) {
    return { ...state, rows: { ...state.rows, request: null, refused: message } };
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
