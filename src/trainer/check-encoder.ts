import { dirname, relative, resolve, sep } from 'node:path';
import type { PlacedFinding } from '../experiment/problems';
import type { PretrainedOptions } from '../experiment/schema';
import { findEncoder } from '../hub/find-encoder';
import { offlineVariable } from '../hub/hub-environment';
import { missingEncoder } from '../hub/missing-encoder';
import { openCheckpoint } from '../pretrained/checkpoint';
import type { EncoderConfig } from '../pretrained/config';
import { bytesText } from '../protocol/bytes';
import { HumanError } from '../protocol/human-error';
import { beyondEncoder } from './encoder-limits';
import { similarFiles } from './similar-files';

/** What stands between an experiment and its encoder: not there, not one that can be trained, or too small for it. */
export async function encoderFindings(model: PretrainedOptions, folder: string): Promise<PlacedFinding[]> {
  const path = ['model', 'encoder'];
  try {
    const download = missingEncoder(model, folder);
    if (download) return [downloadFinding(download)];
    return beyondEncoder(model, configOf(model, folder)).map(({ message, hint, path: at, remedies }) => ({
      severity: 'error',
      message,
      ...(hint ? { hint } : {}),
      path: at,
      remedies,
    }));
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    const { message, place, hint } = error;
    const where = place ? `${relative(folder, place.file).split(sep).join('/')}: ` : '';
    const values = await similarEncoders(model.encoder, folder);
    return [
      {
        severity: 'error',
        message: `${where}${message}`,
        ...(hint ? { hint } : {}),
        path,
        ...(values.length > 0 ? { remedies: [{ type: 'set', values }] } : {}),
      },
    ];
  }
}

/** Reads no weights: their headers tell whether they fit. */
function configOf({ encoder, revision }: PretrainedOptions, folder: string): EncoderConfig {
  const checkpoint = openCheckpoint(findEncoder(encoder, revision, folder)!.folder);
  checkpoint.close();
  return checkpoint.config;
}

function downloadFinding({
  name,
  bytes,
  cache,
}: NonNullable<ReturnType<typeof missingEncoder>>): PlacedFinding {
  const path = ['model', 'encoder'];
  const forbidden = offlineVariable(process.env);
  if (forbidden !== undefined) {
    return {
      severity: 'error',
      message: `The encoder ${name} is not on this machine, and ${forbidden} forbids to download it.`,
      hint: `Take ${forbidden} out of the environment, or name a folder that has an encoder.`,
      path,
    };
  }
  const size = bytes === undefined ? 'its size is told when that starts' : `about ${bytesText(bytes)}`;
  return {
    severity: 'warning',
    message: `Training downloads the encoder ${name} first: ${size}.`,
    hint: `It is kept in ${cache} for all experiments, and for other programs that use the Hugging Face Hub.`,
    path,
  };
}

/** Folders that may be meant, as the experiment would name them. */
async function similarEncoders(encoder: string, folder: string): Promise<string[]> {
  const files = await similarFiles(resolve(folder, encoder), folder, 'encoders');
  return files.map((file) => asPath(dirname(file))).filter((name) => name !== asPath(encoder));
}

/** A path that does not look like a name on the Hub. */
function asPath(name: string): string {
  return name.startsWith('.') || name.startsWith('/') ? name : `./${name}`;
}
