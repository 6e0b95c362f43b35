import type { Room } from '../store/byte-writer';
import { Growing } from '../store/growing';
import { type PackedTexts, Texts, TextWriter } from '../store/texts';
import type { Example, Row } from './rows';
import { textKey } from './same-text';

/** The rows of data files, column by column. */
export interface RowColumns {
  /** Undefined where the texts were not wanted. */
  readonly texts: PackedTexts | undefined;
  /** `[rows]`, see `textKey`: kept in the place of texts that were not wanted. */
  readonly keys: Float64Array | undefined;
  /** `[rows]` */
  readonly lines: Uint32Array;
  /** `[rows]`: which of `labelSets` a row has. */
  readonly labels: Uint32Array;
  /** Each combination of labels that occurs, in the order of its first row. */
  readonly labelSets: readonly (readonly string[])[];
  /** The files that the rows are in, in their order. */
  readonly files: readonly string[];
  /** `[rows]`: which of `files` a row is in; undefined where there is only one. */
  readonly fileOf: Uint32Array | undefined;
}

/** Takes rows one after the other, and keeps no object of any of them. */
export class RowCollector {
  private readonly texts: TextWriter | undefined;
  private readonly keys = new Growing((length) => new Float64Array(length));
  private readonly lines = new Growing((length) => new Uint32Array(length));
  private readonly labels = new Growing((length) => new Uint32Array(length));
  private readonly fileOf = new Growing((length) => new Uint32Array(length));
  private readonly labelSets: string[][] = [];
  private readonly files: string[] = [];
  /** The number of a single label's set, and of those of none or several. */
  private readonly ofOne = new Map<string, number>();
  private readonly ofSeveral = new Map<string, number>();

  /** @param room where the texts go; without it only their keys are kept */
  constructor(room: Room | undefined) {
    this.texts = room && new TextWriter(room);
  }

  add({ text, labels, file, line }: Row): void {
    if (this.texts) this.texts.add(text);
    else this.keys.push(textKey(text));
    this.lines.push(line);
    this.labels.push(this.numberOf(labels));
    // Rows come file by file.
    if (this.files.at(-1) !== file) this.files.push(file);
    this.fileOf.push(this.files.length - 1);
  }

  finish(): RowColumns {
    return {
      texts: this.texts?.finish(),
      keys: this.texts ? undefined : this.keys.copy(),
      lines: this.lines.copy(),
      labels: this.labels.copy(),
      labelSets: this.labelSets,
      files: this.files,
      fileOf: this.files.length > 1 ? this.fileOf.copy() : undefined,
    };
  }

  private numberOf(labels: string[]): number {
    const [numbers, key] =
      labels.length === 1 ? [this.ofOne, labels[0]!] : [this.ofSeveral, JSON.stringify(labels)];
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = this.labelSets.push(labels) - 1;
    numbers.set(key, number);
    return number;
  }
}

/** Rows that look like any others, but whose texts are read when they are asked for. */
export class RowStore {
  readonly length: number;
  private readonly kept: Texts | undefined;
  private labelIndices: readonly (readonly number[])[] | undefined;

  constructor(readonly columns: RowColumns) {
    this.length = columns.lines.length;
    this.kept = columns.texts && new Texts(columns.texts);
  }

  rows(): StoredRow[] {
    return Array.from({ length: this.length }, (_, index) => new StoredRow(this, index));
  }

  /** Gives each row the numbers of its labels. */
  numberLabels(numberOf: ReadonlyMap<string, number>): void {
    this.labelIndices = this.columns.labelSets.map((labels) =>
      labels.map((label) => numberOf.get(label)!).sort((a, b) => a - b),
    );
  }

  get texts(): Texts {
    if (!this.kept) throw new Error('the texts of these rows were not kept');
    return this.kept;
  }

  labelsOf(index: number): string[] {
    return this.columns.labelSets[this.columns.labels[index]!] as string[];
  }

  labelIndicesOf(index: number): readonly number[] {
    if (!this.labelIndices) throw new Error('the labels of these rows have no numbers yet');
    return this.labelIndices[this.columns.labels[index]!]!;
  }

  fileOf(index: number): string {
    const { files, fileOf } = this.columns;
    return files[fileOf ? fileOf[index]! : 0]!;
  }
}

/** One row of a store. */
export class StoredRow implements Example {
  constructor(
    readonly store: RowStore,
    readonly index: number,
  ) {}

  get text(): string {
    return this.store.texts.get(this.index);
  }

  get textKey(): number {
    return this.store.columns.keys?.[this.index] ?? textKey(this.text);
  }

  get labels(): string[] {
    return this.store.labelsOf(this.index);
  }

  get labelIndices(): readonly number[] {
    return this.store.labelIndicesOf(this.index);
  }

  get file(): string {
    return this.store.fileOf(this.index);
  }

  get line(): number {
    return this.store.columns.lines[this.index]!;
  }
}
