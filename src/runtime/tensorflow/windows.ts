import type { Attributes } from '../../graph/ops';
import { asRows, gatherRows, scatterAddRows } from './rows';
import type { Tf, TfTensor } from './tf';

type Window = Attributes['convolution'];
type Inputs = readonly TfTensor[];

/** Very low, yet finite: what a time that does not count looks like to a maximum. */
const VERY_LOW = -1e30;

/** `x [time, batch, features], weight, bias -> [time, batch, n]`, and the windows. */
export function convolution(tf: Tf, window: Window, [x, weight, bias]: Inputs): TfTensor[] {
  const windows = windowsOf(tf, x!, window);
  return [tf.add(windowProduct(tf, windows, weight!), bias!), windows];
}

/** `x, weight, bias, mask [time, batch, 1] -> [batch, n]`, and `[time, batch, n]` before the maximum. */
export function convolutionMax(tf: Tf, window: Window, [x, weight, bias, mask]: Inputs): TfTensor[] {
  const low = tf.mul(tf.sub(1, mask!), VERY_LOW);
  const byTime = tf.add(windowProduct(tf, windowsOf(tf, x!, window), weight!), low);
  return [tf.add(tf.max(byTime, 0), bias!), byTime];
}

/** `x [time, batch, features], at [n, batch] -> [n, batch, width * features]`. */
export function gatherWindows(tf: Tf, window: Window, [x, at]: Inputs): TfTensor {
  const features = x!.shape[2]!;
  const rows = asRows(tf, padded(tf, x!, window));
  return tf.reshape(gatherRows(tf, rows, rowsAt(tf, at!, window)), [...at!.shape, window.width * features]);
}

/** `values [n, batch, width * features], at [n, batch] -> shape [time, batch, features]`, summed. */
export function scatterAddWindows(
  tf: Tf,
  { width, before }: Window,
  [values, at]: Inputs,
  shape: readonly number[],
): TfTensor {
  const [time, batch, features] = shape as [number, number, number];
  const byPlace = tf.reshape(values!, [...at!.shape, width, features]);
  const sums = scatterAddRows(tf, byPlace, rowsAt(tf, at!, { width, before }), (time + width - 1) * batch);
  return tf.slice(tf.reshape(sums, [time + width - 1, batch, features]), [before, 0, 0], [...shape]);
}

/** `[time, batch, features] -> [time, batch, width * features]`. */
function windowsOf(tf: Tf, x: TfTensor, window: Window): TfTensor {
  const long = padded(tf, x, window);
  const places = Array.from({ length: window.width }, (_, place) => tf.slice(long, [place, 0, 0], x.shape));
  return tf.concat(places, 2);
}

function windowProduct(tf: Tf, windows: TfTensor, weight: TfTensor): TfTensor {
  const [time, batch] = windows.shape as [number, number];
  return tf.reshape(tf.matMul(asRows(tf, windows), weight), [time, batch, weight.shape[1]!]);
}

/** With zeros at both ends of time, so that each window is whole. */
function padded(tf: Tf, x: TfTensor, { width, before }: Window): TfTensor {
  return tf.pad(x, [
    [before, width - 1 - before],
    [0, 0],
    [0, 0],
  ]);
}

/** Of the padded times as rows `[(time + width - 1) * batch]`, those of the windows at `at [n, batch]`: `[n, batch, width]`. */
function rowsAt(tf: Tf, at: TfTensor, { width }: Window): TfTensor {
  const batch = at.shape[1]!;
  const texts = tf.range(0, batch, 1, 'int32');
  const first = tf.add(tf.mul(at, tf.scalar(batch, 'int32')), texts);
  const steps = tf.mul(tf.range(0, width, 1, 'int32'), tf.scalar(batch, 'int32'));
  return tf.add(tf.expandDims(first, -1), steps);
}
