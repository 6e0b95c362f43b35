import { TensorProto_DataType as TensorType } from 'onnx-buf';
import type { EmitOptions, Emitter } from './emitter';
import type { AttributeValue } from './messages';

/**
 * Emits a product of matrices; where products are to be computed in 16 bits, its operands are rounded to these and its
 * result comes back in 32 (as torch.autocast does).
 */
export function product(
  emitter: Emitter,
  opType: string,
  inputs: readonly string[],
  attributes: Record<string, AttributeValue> = {},
  options: EmitOptions = {},
): string[] {
  if (!emitter.half) return emitter.emit(opType, inputs, attributes, options);
  const operands = inputs.map((name) => emitter.halved(name));
  const { node, domain = '' } = options;
  const rounded = emitter.emit(opType, operands, attributes, { domain });
  return emitter.emit('Cast', rounded, { to: { int: TensorType.FLOAT } }, node ? { node } : {});
}
