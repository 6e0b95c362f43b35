import { Tokenizer, TokenParser, TokenType } from '@streamparser/json';
import { LineCounter } from './lines';
import { longestRecordBytes } from './record-reader';

/** What is wrong at a byte of the text. */
export class JsonListError extends Error {
  constructor(
    message: string,
    readonly offset: number,
    readonly hint: string,
  ) {
    super(message);
  }
}

export const listForm = 'A JSON data file is a list of objects: [{"text": "…", "label": "…"}, …]';

const hints = {
  lines: 'One object after the other is JSON Lines: set data.format to "jsonl".',
  columns:
    'It looks like a table by columns. Write it by rows instead; in pandas: frame.to_json(FILE, orient="records").',
  several: 'Leave one of them in the file, or write all rows as one list: [{…}, {…}].',
  cutOff: 'It was probably cut off: copy or download it again.',
};

/** Rows are an object or two deep; brackets without end would fill the memory. */
const deepest = 500;

export interface JsonElement {
  line: number;
  value: unknown;
}

/**
 * The elements of a list of objects, or of the one property of an object that is such a list, from a text in chunks.
 * Lists that begin with something else than an object are passed over.
 */
export class JsonListParser {
  readonly #tokenizer = new Tokenizer({ separator: '' });
  readonly #lines = new LineCounter();
  #parser: TokenParser | undefined;
  #ready: JsonElement[] = [];
  #bytes = 0;
  /** How many lists and objects are open. */
  #depth = 0;
  /** At which depth elements are: 1 in a list, 2 in a list that is a property. */
  #elementDepth = 0;
  #isOver = false;
  /** Where the element at hand starts, and its line. */
  #start = 0;
  #line = 1;
  /** Where the token at hand starts. */
  #at = 0;
  /** What the list at hand holds: rows, or something else; undefined before its first element and outside of lists. */
  #holds: 'rows' | 'others' | undefined;
  #isInList = false;
  #hasRows = false;
  /** Whether a property is a list or an object of other things than rows. */
  #hasColumns = false;

  constructor() {
    this.#tokenizer.onToken = ({ token, value, offset }) => this.#onToken(token, value, offset);
    this.#tokenizer.onError = (error) => {
      throw error;
    };
  }

  /** @returns what is wrong; elements before it can be taken */
  write(chunk: Buffer): JsonListError | undefined {
    this.#lines.add(chunk);
    this.#bytes += chunk.length;
    const failure = this.#run(() => this.#tokenizer.write(chunk));
    // Between elements, and while one is a single token that has not ended, only the last token's place is known.
    const from = this.#depth > this.#elementDepth ? this.#start : this.#at;
    if (failure || this.#bytes - from <= longestRecordBytes) return failure;
    return new JsonListError(`this is longer than ${longestRecordBytes >> 20} MiB`, from, listForm);
  }

  /** The elements that are complete, each once. */
  take(): JsonElement[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** @returns what is wrong with the text as a whole */
  end(): JsonListError | undefined {
    const failure = this.#run(() => this.#tokenizer.end());
    if (failure || (this.#parser && !this.#isOver)) {
      return new JsonListError('the file ends in the middle of its list', this.#bytes, hints.cutOff);
    }
    if (!this.#parser || this.#hasRows) return undefined;
    const hint = this.#hasColumns ? hints.columns : hints.lines;
    return new JsonListError('there is no list of objects in this object', 0, hint);
  }

  #run(work: () => void): JsonListError | undefined {
    try {
      work();
      return undefined;
    } catch (error) {
      if (error instanceof JsonListError) return error;
      // Errors of the tokenizer name their place, those of the parser are about the token that it was given.
      const position = /absolute position "(\d+)"/.exec(error instanceof Error ? error.message : '')?.[1];
      const offset = position === undefined ? this.#at : Number(position);
      return new JsonListError('this is not valid JSON from here on', offset, listForm);
    }
  }

  #onToken(token: TokenType, value: unknown, offset: number): void {
    this.#at = offset;
    if (this.#isOver) {
      const hint = token === TokenType.LEFT_BRACE ? hints.lines : listForm;
      throw new JsonListError('something follows the end of the JSON value', offset, hint);
    }
    this.#parser ??= this.#begin(token, offset);
    const isOpening = token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET;
    const isClosing = token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET;
    if (this.#depth === this.#elementDepth && !isClosing && token !== TokenType.COMMA) {
      this.#start = offset;
      this.#line = this.#lines.lineAt(offset);
    }
    if (this.#depth === 1 && this.#elementDepth === 2 && isOpening) {
      this.#isInList = token === TokenType.LEFT_BRACKET;
      this.#holds = undefined;
      if (!this.#isInList) this.#hasColumns = true;
    }
    this.#parser.write({ token, value } as Parameters<TokenParser['write']>[0]);
    if (isOpening && ++this.#depth > deepest) {
      throw new JsonListError(
        `more than ${deepest} lists and objects are inside of each other`,
        offset,
        listForm,
      );
    }
    if (isClosing && --this.#depth === 0) this.#isOver = true;
    if (this.#depth === 1 && this.#elementDepth === 2 && isClosing) this.#isInList = false;
  }

  #begin(token: TokenType, offset: number): TokenParser {
    const isList = token === TokenType.LEFT_BRACKET;
    if (!isList && token !== TokenType.LEFT_BRACE) {
      throw new JsonListError('this is neither a list nor an object', offset, listForm);
    }
    this.#elementDepth = isList ? 1 : 2;
    this.#hasRows = isList;
    const parser = new TokenParser({ paths: [isList ? '$.*' : '$.*.*'], keepStack: false, separator: '' });
    parser.onValue = ({ value }) => {
      if (isList || (this.#isInList && this.#holdsRows(value))) {
        this.#ready.push({ line: this.#line, value });
      }
    };
    parser.onError = (error) => {
      throw error;
    };
    return parser;
  }

  /** The first element decides what a list of an object is; what it has of both is told. */
  #holdsRows(value: unknown): boolean {
    const isRow = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (this.#holds === undefined) {
      if (isRow && this.#hasRows) {
        throw new JsonListError('this is a second list of objects', this.#start, hints.several);
      }
      if (isRow) this.#hasRows = true;
      else this.#hasColumns = true;
      this.#holds = isRow ? 'rows' : 'others';
    }
    if (this.#holds === 'others' && isRow) {
      throw new JsonListError('this is an object in a list of other things', this.#start, listForm);
    }
    return this.#holds === 'rows';
  }
}
