/** What the command line says of longer work under `--json`, an object a line: `textclf export`, `textclf push`. */

export interface WorkProgress {
  type: 'progress';
  done: number;
  /** 0 where it is not known. */
  total: number;
  message?: string;
}

/** The end: what came of it. */
export type WorkDone = { type: 'done' } & Record<string, unknown>;

/** The end: what a person has to mend. */
export interface WorkFailed {
  type: 'failed';
  message: string;
  hint?: string;
}

export type WorkLine = WorkProgress | WorkDone | WorkFailed;

/** A line of the output; undefined for whatever else a process may print. */
export function parseWorkLine(line: string): WorkLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  const fields = value as Record<string, unknown>;
  const { done, total, message, hint } = fields;
  switch (fields.type) {
    case 'progress':
      if (typeof done !== 'number' || typeof total !== 'number') return undefined;
      return { type: 'progress', done, total, ...(typeof message === 'string' ? { message } : {}) };
    case 'failed':
      if (typeof message !== 'string') return undefined;
      return { type: 'failed', message, ...(typeof hint === 'string' ? { hint } : {}) };
    case 'done':
      return fields as WorkDone;
    default:
      return undefined;
  }
}
