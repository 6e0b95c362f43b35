import { type Command, Option } from 'commander';
import type { Predictor } from '../../predict/predictor';
import { HumanError } from '../../protocol/human-error';
import { findModel, openPredictor, runOptionText } from '../model-folder';
import { type DeviceOptions, deviceOption, type GlobalOptions, optionsOf, rootOf } from '../options';
import { predictionLines } from '../render/predictions';
import type { Terminal } from '../terminal';
import { textLines } from '../text-lines';

interface PredictCommandOptions extends GlobalOptions, DeviceOptions {
  run: string;
}

export function addPredict(program: Command, terminal: Terminal): void {
  program
    .command('predict')
    .description('classify texts')
    .argument('[texts...]', 'the texts, or - to read them from standard input, one a line')
    .addOption(new Option('--run <run>', runOptionText).default('latest'))
    .addOption(deviceOption())
    .addHelpText(
      'after',
      '\nWith --json, each text gives one line: { "text", "labels", "label", "probability", "probabilities" }.',
    )
    .action(async (texts: string[], _options: unknown, command: Command) => {
      await runPrediction(texts, optionsOf<PredictCommandOptions>(command), terminal);
    });
}

async function runPrediction(
  texts: readonly string[],
  options: PredictCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const fromInput = texts.length === 0 || (texts.length === 1 && texts[0] === '-');
  if (texts.length === 0 && process.stdin.isTTY) {
    throw new HumanError('There is no text to classify.', {
      hint: 'Give one: textclf predict "some text"; or a file, one text a line: textclf predict - < texts.txt',
    });
  }
  const { folder } = findModel(rootOf(options), options.run);
  const predictor = await openPredictor(folder, options, terminal);
  try {
    const batches = fromInput ? textLines(process.stdin, 'standard input') : [texts];
    for await (const batch of batches) {
      await classify(batch, predictor, options, terminal);
      if (terminal.closed) break;
    }
  } finally {
    await predictor.release();
  }
}

async function classify(
  texts: readonly string[],
  predictor: Predictor,
  { json }: PredictCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const results = (await predictor.predict(texts)).map((prediction, i) => ({
    text: texts[i]!,
    ...prediction,
  }));
  if (json) for (const result of results) terminal.printJson(result);
  else terminal.print(...predictionLines(results, terminal.style()));
}
