import type { Command } from 'commander';
import { type GlobalOptions, optionsOf } from '../options';
import { deviceLines } from '../render/devices';
import type { Terminal } from '../terminal';

export function addDevices(program: Command, terminal: Terminal): void {
  program
    .command('devices')
    .description('what could compute on this machine, and what is not there and why')
    .addHelpText(
      'after',
      '\nDrivers are asked anew, each in a process of its own; one that does not answer is given up after 20 s.' +
        '\nWith --json, one list of { "engine", "device", "title", "isThere", "name", "memory", "driver", "reason", "use" }.',
    )
    .action(async (_options: unknown, command: Command) => {
      const { json } = optionsOf<GlobalOptions>(command);
      const [{ findDevices }, { trainersProbe }] = await Promise.all([
        import('../../runtime/find-devices'),
        import('../../trainer/open-device'),
      ]);
      terminal.showLive('  Asking the drivers …');
      const found = await findDevices(trainersProbe(undefined, { isFresh: true }));
      terminal.showLive();
      if (json) terminal.printJson(found);
      else terminal.print(...deviceLines(found, terminal.style()));
    });
}
