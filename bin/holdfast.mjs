#!/usr/bin/env node
// The command of the package. An older Node cannot even read the program, and would show where instead of why.
import { requireNode } from './require-node.mjs';

requireNode();
await import('../dist/main.js');
