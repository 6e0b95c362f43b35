import type { LabelledRecord, LabelledText } from '../data/labelled-text';
import type { LabelIssue } from '../protocol/label-issues';
import { issueKey, textDigest } from '../runs/label-issues';

/** A row that looks mislabelled, where it stands now. */
export interface DoubtedRow<Issue extends LabelIssue> {
  issue: Issue;
  line: number;
  record: LabelledRecord;
}

/** So many lines up and down a row is looked for that is no longer on its own. */
const reach = 50;

/**
 * The issues whose row still is what was judged, text and label: on its line, or a few lines away where lines were added
 * or deleted before it. Others are left out: somebody has relabelled, changed or deleted them.
 *
 * @param issues of one file
 */
export function findDoubted<Issue extends LabelIssue>(
  text: LabelledText,
  issues: readonly Issue[],
): DoubtedRow<Issue>[] {
  const digests = new Map<LabelledRecord, string>();
  const digestOf = (record: LabelledRecord) => {
    const digest = digests.get(record) ?? textDigest(record.text);
    digests.set(record, digest);
    return digest;
  };
  const found: DoubtedRow<Issue>[] = [];
  const taken = new Set<LabelledRecord>();
  // What moved one row moved those after it too.
  let shift = 0;
  for (const issue of [...issues].sort((a, b) => a.line - b.line)) {
    for (const line of linesFrom(issue.line + shift)) {
      const same = text
        .recordsAt(line)
        .filter((record) => digestOf(record) === issue.digest && !taken.has(record));
      if (same.length === 0) continue;
      const record = same.find(
        ({ labels }) => issueKey({ digest: issue.digest, labels }) === issueKey(issue),
      );
      if (record) {
        taken.add(record);
        found.push({ issue, line, record });
        shift = line - issue.line;
      }
      break;
    }
  }
  return found;
}

/** A line and those around it, the nearest first. */
function* linesFrom(line: number): Generator<number> {
  if (line > 0) yield line;
  for (let distance = 1; distance <= reach; distance++) {
    yield line + distance;
    if (line > distance) yield line - distance;
  }
}
