import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseEventLine } from '../runs/events';
import { runPaths } from '../runs/paths';
import { RunView } from '../runs/run-view';

/** What the events of a run tell but its batches, which nearly all are: of the curve there is nothing. */
export async function readView(folder: string): Promise<RunView> {
  const view = new RunView();
  for await (const line of createInterface({ input: createReadStream(runPaths(folder).events) })) {
    if (line.includes('"type":"batch"')) continue;
    const event = parseEventLine(line);
    if (event.type !== 'invalid') view.apply([event]);
  }
  return view;
}
