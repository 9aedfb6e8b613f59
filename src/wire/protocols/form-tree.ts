import { validationError } from '../../errors/requests.ts';
import { parseQuery } from '../request.ts';

/** A form body as a tree: `Tags.member.1.Key=a` is four steps deep. */
export interface FormNode {
  value?: string;
  readonly children: Map<string, FormNode>;
}

// The deepest input of the query services has 7 steps.
const DEPTH_MAX = 32;
// A policy simulation with every list full has some thousands.
const PARAMETERS_MAX = 10_000;

/** Throws ValidationError for repeated parameters, InvalidURI for broken escapes. */
export function readForm(body: Buffer): FormNode {
  const root: FormNode = { children: new Map() };
  const parameters = parseQuery(body.toString('utf8'));
  if (parameters.size > PARAMETERS_MAX) throw validationError('Too many parameters');
  for (const [name, values] of parameters) {
    const steps = name.split('.');
    if (steps.length > DEPTH_MAX) throw validationError(`Parameter nested too deeply: ${name}`);
    let node = root;
    for (const step of steps) {
      const child = node.children.get(step) ?? { children: new Map() };
      node.children.set(step, child);
      node = child;
    }
    if (values.length !== 1) throw validationError(`Parameter given more than once: ${name}`);
    node.value = values[0] ?? '';
  }
  return root;
}
