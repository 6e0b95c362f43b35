import { describe, expect, it } from 'vitest';
import type { Curve, EvaluatedRow, ToPage } from '../../src/protocol/dashboard';
import { RunView } from '../../src/runs/run-view';
import { initialState, type PageAction, type PageState, reduce } from '../../webview/state';
import { madeEvents, madeHeader, stateOf } from './states';

function stateAfter(...messages: (ToPage | PageAction)[]): PageState {
  return messages.reduce(reduce, initialState);
}

function snapshotOf(view: RunView): ToPage {
  // As postMessage does: what comes later must not change what was sent.
  return structuredClone({ type: 'snapshot', state: stateOf(view, madeHeader(view), {}) });
}

function runOf({ content }: PageState) {
  if (content.type !== 'run') throw new Error(`The page shows no run but "${content.type}"`);
  return content.run;
}

describe('a run', () => {
  it.each([
    ['short', { classes: 2, epochs: 2, batches: 30 }],
    // More batches than a curve has buckets: the host merges buckets while the page looks on.
    ['long', { classes: 2, epochs: 5, batches: 1_100 }],
  ])('is the same by a snapshot and deltas as by a snapshot at its end (%s)', (_, made) => {
    const events = madeEvents(made);
    const live = new RunView();
    live.apply(events.slice(0, 20));
    let state = stateAfter(snapshotOf(live));
    let position = live.position;
    for (let at = 20; at < events.length; at += 97) {
      live.apply(events.slice(at, at + 97));
      const changed = { header: madeHeader(live) };
      state = reduce(state, structuredClone({ type: 'delta', changed, ...live.since(position) }));
      position = live.position;
    }
    expect(runOf(state)).toEqual(runOf(stateAfter(snapshotOf(live))));
    expect(runOf(state).curve.step.length).toBeGreaterThan(50);
  });

  it('keeps the parts that a delta does not touch', () => {
    const view = new RunView();
    view.apply(madeEvents({ classes: 3, epochs: 1, batches: 10 }));
    const before = stateAfter(snapshotOf(view));
    const next = reduce(before, { type: 'delta', changed: {}, log: [{ level: 'info', text: 'a line' }] });
    expect(runOf(next).log).toEqual([...view.log, { level: 'info', text: 'a line' }]);
    expect(runOf(next).data).toBe(runOf(before).data);
    expect(runOf(next).curve).toBe(runOf(before).curve);
  });

  it('does not begin with a delta', () => {
    const curve: Curve & { from: number } = { ...emptyColumns(), from: 3 };
    expect(stateAfter({ type: 'delta', changed: {}, curve })).toBe(initialState);
  });

  it('gives way to the word that its folder is gone', () => {
    const view = new RunView();
    view.apply(madeEvents({ classes: 2, epochs: 1, batches: 1 }));
    expect(stateAfter(snapshotOf(view), { type: 'gone', message: 'Gone.' }).content).toEqual({
      type: 'gone',
      message: 'Gone.',
    });
  });
});

function emptyColumns(): Curve {
  return { step: [], loss: [], smoothLoss: [], accuracy: [], smoothAccuracy: [], learningRate: [] };
}

describe('the list of rows', () => {
  const row = (line: number): EvaluatedRow => ({
    ...{ text: `text ${line}`, truth: 'a', predicted: 'b', probability: 0.9, file: 'a.csv', line },
  });
  const asked: PageAction = { type: 'rowsRequested', request: 1, filter: {}, more: false };

  it('grows by what was asked for', () => {
    const { rows } = stateAfter(
      asked,
      { type: 'rows', request: 1, total: 3, rows: [row(1), row(2)] },
      { type: 'rowsRequested', request: 2, filter: {}, more: true },
      { type: 'rows', request: 2, total: 3, rows: [row(3)] },
    );
    expect(rows).toEqual({
      ...{ filter: {}, rows: [row(1), row(2), row(3)], total: 3, request: null, refused: null },
    });
  });

  it('starts again with another filter, whose rows alone count', () => {
    const filter = { truth: 'a', predicted: 'b' };
    const { rows } = stateAfter(
      asked,
      { type: 'rowsRequested', request: 2, filter, more: false },
      { type: 'rows', request: 1, total: 1, rows: [row(1)] },
      { type: 'rows', request: 2, total: 1, rows: [row(2)] },
    );
    expect(rows).toMatchObject({ filter, rows: [row(2)], total: 1 });
  });

  it('says why it was refused', () => {
    const { rows } = stateAfter(asked, { type: 'refused', request: 1, message: 'No permission.' });
    expect(rows).toMatchObject({ request: null, refused: 'No permission.' });
  });
});

describe('a prediction', () => {
  const answer = (label: string) => ({
    ...{ labels: [label], label, probability: 0.8 },
    classes: [{ label, probability: 0.8 }],
  });

  it('drops answers to texts that are no longer there', () => {
    const { prediction } = stateAfter(
      { type: 'predictionRequested', request: 1 },
      { type: 'predictionRequested', request: 2 },
      { type: 'prediction', request: 2, prediction: answer('new') },
      { type: 'prediction', request: 1, prediction: answer('old') },
    );
    expect(prediction.prediction?.label).toBe('new');
  });

  it('keeps the last answer while the next is on its way', () => {
    const { prediction } = stateAfter(
      { type: 'predictionRequested', request: 1 },
      { type: 'prediction', request: 1, prediction: answer('first') },
      { type: 'predictionRequested', request: 2 },
    );
    expect(prediction).toEqual({ request: 2, prediction: answer('first'), refused: null });
  });

  it('has no answer for an empty box, not even a late one', () => {
    const { prediction } = stateAfter(
      { type: 'predictionRequested', request: 1 },
      { type: 'predictionCleared' },
      { type: 'prediction', request: 1, prediction: answer('late') },
    );
    expect(prediction.prediction).toBeNull();
  });

  it('says why it was refused, instead of what was right for another text', () => {
    const { prediction } = stateAfter(
      { type: 'predictionRequested', request: 1 },
      { type: 'prediction', request: 1, prediction: answer('first') },
      { type: 'predictionRequested', request: 2 },
      { type: 'refused', request: 2, message: 'No model.' },
    );
    expect(prediction).toEqual({ request: null, prediction: null, refused: 'No model.' });
  });
});
