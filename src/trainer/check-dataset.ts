import { OptionError } from '../experiment/option-error';
import type { PlacedFinding } from '../experiment/problems';
import type { DataOptions } from '../experiment/schema';
import { offlineVariable } from '../hub/hub-environment';
import { missingDataset } from '../hub/missing-dataset';
import { bytesText } from '../protocol/bytes';
import { asOptionErrors } from './data-files';

/** What stands between an experiment and its data set of the Hub: not there yet, or without such a split. */
export function datasetFindings({ hub }: DataOptions): PlacedFinding[] {
  if (!hub) return [];
  try {
    const download = asOptionErrors(() => missingDataset(hub));
    return download ? [downloadFinding(download)] : [];
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const { message, hint, path, remedies } = error;
    return [{ severity: 'error', message, ...(hint ? { hint } : {}), path, remedies }];
  }
}

function downloadFinding({
  name,
  bytes,
  cache,
}: NonNullable<ReturnType<typeof missingDataset>>): PlacedFinding {
  const path = ['data', 'hub', 'dataset'];
  const forbidden = offlineVariable(process.env);
  if (forbidden !== undefined) {
    return {
      severity: 'error',
      message: `The data set ${name} is not on this machine, and ${forbidden} forbids to download it.`,
      hint: `Take ${forbidden} out of the environment, or name files in "train".`,
      path,
    };
  }
  const size = bytes === undefined ? 'its size is told when that starts' : `about ${bytesText(bytes)}`;
  return {
    severity: 'warning',
    message: `Training downloads the data set ${name} first: ${size}.`,
    hint: `It is kept in ${cache} for all experiments, and for other programs that use the Hugging Face Hub. What only the rows can tell is checked then.`,
    path,
  };
}
