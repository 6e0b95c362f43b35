import type { Node, ScanBody, Value } from './ops';
import type { Program } from './program';
import { formatShape } from './shape';
import { topologicalOrder } from './walk';

/** Of a longer constant, only so many numbers are shown. */
const SHOWN_NUMBERS = 8;

/**
 * A graph as text, one line a node, inputs before what uses them:
 *
 *     %0 [batch, 2] = input  # x
 *     %1 [2, 3] = input  # weight
 *     %2 [batch, 3] = matmul %0 %1
 *     return %2
 *
 * Named values have their name after `#` (as `%3 name` where a node has several results); a scan
 * is followed by its body, indented. A program shows its inputs in its own order, used or not, and
 * the names of its results.
 */
export function printGraph(graph: readonly Value[] | Program): string {
  const printer = new Printer();
  if ('outputs' in graph) {
    printer.line(`program ${graph.name}`);
    printer.nodes(graph.inputs);
    printer.nodes(Object.values(graph.outputs));
    const results = Object.entries(graph.outputs).map(([name, value]) => `${name}=${printer.ref(value)}`);
    printer.line(`return ${results.join(' ')}`);
  } else {
    printer.nodes(graph);
    printer.line(`return ${printer.refs(graph)}`);
  }
  return printer.lines.join('\n');
}

class Printer {
  readonly lines: string[] = [];
  private readonly numbers = new Map<Value, number>();
  private depth = 0;
  /** What has been printed in the graphs around the current line. */
  private printed = new Set<Node>();

  /** `values`: what the line defines. */
  line(text: string, values: readonly Value[] = []): void {
    const names = values.flatMap((value) => {
      if (value.name === undefined) return [];
      return [values.length === 1 ? value.name : `${this.ref(value)} ${value.name}`];
    });
    this.lines.push(`${'  '.repeat(this.depth)}${text}${names.length > 0 ? `  # ${names.join(', ')}` : ''}`);
  }

  /** Prints every node that the values need and that is not printed yet. */
  nodes(values: readonly Value[]): void {
    for (const node of topologicalOrder(values)) {
      if (this.printed.has(node)) continue;
      this.printed.add(node);
      const results = node.outputs.map((output) => this.declaration(output)).join(', ');
      const operands = node.inputs.map((operand) => ` ${this.ref(operand)}`).join('');
      this.line(`${results} = ${node.op}${operands}${formatAttributes(node)}`, node.outputs);
      if (isScan(node)) this.body(node);
    }
  }

  ref(value: Value): string {
    const number = this.numbers.get(value) ?? this.numbers.size;
    this.numbers.set(value, number);
    return `%${number}`;
  }

  refs(values: readonly Value[]): string {
    return values.map((value) => this.ref(value)).join(' ');
  }

  private declaration(value: Value): string {
    const dtype = value.dtype === 'float32' ? '' : `${value.dtype} `;
    return `${this.ref(value)} ${dtype}${formatShape(value.shape)}`;
  }

  private body({ inputs, attributes: { body } }: Node<'scan'>): void {
    const outside = this.printed;
    this.printed = new Set(outside);
    this.depth++;
    const given = [...body.carries, ...body.slices, ...body.captured];
    given.forEach((value, i) => {
      this.printed.add(value.node);
      this.line(`${this.declaration(value)} = ${kindOf(body, i)} ${this.ref(inputs[i]!)}`, [value]);
    });
    const results = [...body.nextCarries, ...body.stacked];
    this.nodes(results);
    this.line(`next ${this.refs(body.nextCarries)}`);
    if (body.stacked.length > 0) this.line(`stack ${this.refs(body.stacked)}`);
    this.depth--;
    this.printed = outside;
  }
}

/** How an input of a scan's body follows from the scan's input at the same place. */
function kindOf({ carries, slices }: ScanBody, index: number): string {
  if (index < carries.length) return 'carry from';
  return index < carries.length + slices.length ? 'slice of' : 'captured';
}

/** Flags by their name alone, all else as `name=value`; what the types already say is left out. */
function formatAttributes({ attributes }: Node): string {
  return Object.entries(attributes)
    .filter(([name, value]) => value !== false && name !== 'shape' && name !== 'body')
    .map(([name, value]) => ` ${value === true ? name : `${name}=${formatAttribute(value)}`}`)
    .join('');
}

function formatAttribute(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const rest = value.length > SHOWN_NUMBERS ? [`... ${value.length - SHOWN_NUMBERS} more`] : [];
  return `[${[...value.slice(0, SHOWN_NUMBERS), ...rest].join(', ')}]`;
}

function isScan(node: Node): node is Node<'scan'> {
  return node.op === 'scan';
}
