import { HumanError } from '../../protocol/human-error';
import { readTokenizer } from './files';
import { checkFit } from './fit';
import { wordsOf } from './json';
import { marksOf } from './marks';
import { pipelineOf } from './pipeline';
import { withRoles } from './roles';
import { saveTokenizer } from './save';

/** What turns a text into the ids that an encoder reads. */
export interface PretrainedTokenizer {
  /** Of a text, its marks included. */
  maxLength: number;
  /** The highest id + 1. */
  vocabularySize: number;
  /** Of what is in no other way in the vocabulary; byte-level tokenizers need none. */
  unknownId: number | undefined;
  /**
   * The ids of a text between its marks (`[CLS]` and `[SEP]`, or `<s>` and `</s>`), the text cut to `maxLength`; `length`
   * is how many there would be without a cut. As Python's fast tokenizers give them: marks that are written out in
   * a text are read as such too.
   */
  encode(text: string): { ids: Int32Array; length: number };
  /** Of what fills up the shorter texts of a batch. */
  paddingId: number | undefined;
  /**
   * Writes the files that `AutoTokenizer.from_pretrained` and transformers.js open.
   *
   * @param inputs what the model reads of a text: `input_ids`, `attention_mask` and perhaps `token_type_ids`
   */
  saveTokenizerFiles(folder: string, inputs: readonly string[]): void;
}

export interface PretrainedTokenizerOptions {
  /** Tokens of a text, marks included; 0: as many as the encoder can read. */
  maxLength: number;
  /** How many tokens the encoder can read, see `longestText`. */
  longest: number;
  /** Rows of the encoder's word table. */
  vocabularySize: number;
}

/**
 * Opens the tokenizer of a checkpoint's folder: `tokenizer.json`, or the vocabulary files of BERT, DistilBERT, RoBERTa,
 * ALBERT, XLM-RoBERTa and CamemBERT. The regular expressions of a `tokenizer.json` are not limited in time, see
 * `patternSchema`.
 *
 * @throws HumanError where there is none, where it is damaged or of a kind that is not known here, and where it does
 *   not fit the encoder.
 */
export function openPretrainedTokenizer(
  folder: string,
  { maxLength, longest, vocabularySize }: PretrainedTokenizerOptions,
): PretrainedTokenizer {
  const found = readTokenizer(folder);
  return inFile(found.file, () => {
    const marks = marksOf(found.json.post_processor);
    const read = withRoles(found, marks);
    const { encode, unknownId } = pipelineOf(read.json);
    const highest = checkFit(read, marks, vocabularySize);
    const around = marks.before.length + marks.after.length;
    const limit = Math.min(maxLength || Infinity, longest, read.limit);
    if (limit <= around) {
      throw new HumanError(
        `At most ${limit} tokens of a text leave no room for its words beside ${around} marks.`,
        { hint: `Set "maxLength" to ${around + 1} or more; 0 is the encoder's own limit.` },
      );
    }
    return {
      maxLength: limit,
      vocabularySize: highest + 1,
      unknownId,
      paddingId: wordsOf(read.json).get(read.special.pad_token ?? ''),
      encode(text) {
        const inner = encode(text.replace(loneSurrogates, '\ufffd'));
        const kept = Math.min(inner.length, limit - around);
        const ids = new Int32Array(kept + around);
        ids.set(marks.before);
        for (let index = 0; index < kept; index++) ids[marks.before.length + index] = inner[index]!;
        ids.set(marks.after, marks.before.length + kept);
        return { ids, length: inner.length + around };
      },
      saveTokenizerFiles: (target, inputs) => saveTokenizer(read, limit, target, inputs),
    };
  });
}

/** No text of UTF-8 has one; a string of JavaScript may. */
const loneSurrogates = /\p{Cs}/gu;

/** Errors of what the file says get it as their place. */
function inFile<Result>(file: string, open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof HumanError) || error.place) throw error;
    const { message, hint, cause } = error;
    throw new HumanError(message, { place: { file }, ...(hint === undefined ? {} : { hint }), cause });
  }
}
