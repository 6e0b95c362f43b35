import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { HumanError } from '../../protocol/human-error';

export interface Piece {
  text: string;
  /** The logarithm of its probability. */
  score: number;
  /** Stands for itself in a text (a control symbol or one that its maker added) instead of being found by likelihood. */
  isSymbol: boolean;
  isControl: boolean;
}

/** What is read of a SentencePiece model. */
export interface SentencePieceModel {
  pieces: Piece[];
  unknownId: number;
  /** Base64, empty where there is none. */
  charsmap: string;
}

const unigram = 1;
const types = { control: 3, userDefined: 4 };

/** Reads one field; false where it is to be skipped. */
type Read = (field: number, wire: WireType, reader: BinaryReader) => boolean;

/**
 * Reads a SentencePiece model: the message `ModelProto` of sentencepiece_model.proto.
 *
 * @throws HumanError where it is damaged, or not of the kind "unigram".
 */
export function readSentencePiece(bytes: Uint8Array, file: string): SentencePieceModel {
  const model: SentencePieceModel = { pieces: [], unknownId: 0, charsmap: '' };
  let kind = unigram;
  try {
    readMessage(bytes, (field, wire, reader) => {
      if (wire !== WireType.LengthDelimited || field > 3) return false;
      const inner = reader.bytes();
      if (field === 1) model.pieces.push(readPiece(inner));
      else if (field === 2) kind = readTrainer(inner, model) ?? kind;
      else readNormalizer(inner, model);
      return true;
    });
  } catch (cause) {
    throw damaged(file, (cause as Error).message, cause);
  }
  if (kind !== unigram) {
    throw new HumanError('This SentencePiece model is not of the kind "unigram".', {
      place: { file },
      hint: 'Save its tokenizer.json with Python: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)',
    });
  }
  if (model.pieces.length === 0) throw damaged(file, 'it holds no pieces');
  return model;
}

function readPiece(bytes: Uint8Array): Piece {
  const piece = { text: '', score: 0, isSymbol: false, isControl: false };
  readMessage(bytes, (field, wire, reader) => {
    if (field === 1 && wire === WireType.LengthDelimited) piece.text = reader.string();
    else if (field === 2 && wire === WireType.Bit32) piece.score = reader.float();
    else if (field === 3 && wire === WireType.Varint) {
      const type = reader.int32();
      piece.isControl = type === types.control;
      piece.isSymbol = piece.isControl || type === types.userDefined;
    } else return false;
    return true;
  });
  return piece;
}

/** The kind of the model, where it is said. */
function readTrainer(bytes: Uint8Array, model: SentencePieceModel): number | undefined {
  let kind: number | undefined;
  readMessage(bytes, (field, wire, reader) => {
    if (wire !== WireType.Varint) return false;
    if (field === 3) kind = reader.int32();
    else if (field === 40) model.unknownId = reader.int32();
    else return false;
    return true;
  });
  return kind;
}

function readNormalizer(bytes: Uint8Array, model: SentencePieceModel): void {
  readMessage(bytes, (field, wire, reader) => {
    if (field !== 2 || wire !== WireType.LengthDelimited) return false;
    model.charsmap = Buffer.from(reader.bytes()).toString('base64');
    return true;
  });
}

function readMessage(bytes: Uint8Array, read: Read): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (!read(field, wire, reader)) reader.skip(wire, field);
  }
}

function damaged(file: string, why: string, cause?: unknown): HumanError {
  return new HumanError(`This is not a SentencePiece model that can be read: ${why}.`, {
    place: { file },
    hint: 'Copy or download the checkpoint again.',
    cause,
  });
}
