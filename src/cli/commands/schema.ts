import type { Command } from 'commander';
import { experimentJsonSchema } from '../../experiment/json-schema';
import { harmlessJson } from '../format/harmless';
import type { Terminal } from '../terminal';

export function addSchema(program: Command, terminal: Terminal): void {
  program
    .command('schema')
    .description('print the JSON Schema of experiment files, for editors')
    .action(() => terminal.print(harmlessJson(experimentJsonSchema(), 2)));
}
