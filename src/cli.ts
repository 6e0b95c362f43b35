#!/usr/bin/env node
import './runtime/environment';
import { main } from './cli/main';

process.exitCode = await main(process.argv.slice(2));
