import type { AwsError } from '../../errors/aws-error.ts';
import { missingMember, unexpectedParameter, validationError } from '../../errors/requests.ts';
import type { Values } from '../bindings.ts';
import type { WireResponse } from '../response.ts';
import { parseScalar } from '../scalars.ts';
import type { Operation } from '../service-model.ts';
import {
  EMPTY_STRUCTURE,
  type ListShape,
  type MapShape,
  type Member,
  type Shape,
  type StructureShape,
} from '../shapes.ts';
import { escapeXml, writeMembers } from '../xml-writer.ts';
import { type FormNode, readForm } from './form-tree.ts';
import type { AnswerContext, Protocol } from './protocol.ts';

export interface AwsQueryOptions {
  readonly namespace: string;
  /** CloudWatch's numbers carry fractions; IAM's and STS's never do. */
  readonly decimals: boolean;
}

const NOT_MEMBERS = new Set(['Action', 'Version']);

export function createAwsQuery(options: AwsQueryOptions): Protocol {
  const reader = new FormReader(options.decimals);
  return {
    readInput(operation, _bound, body) {
      const root = readForm(body);
      for (const name of NOT_MEMBERS) root.children.delete(name);
      return reader.structure(operation.input, root, '');
    },
    writeOutput(operation, output, answer) {
      return writeOutput(operation, output, answer, options.namespace);
    },
    writeError(error, answer) {
      return writeError(error, answer, options.namespace);
    },
  };
}

/** Flat keys, directed by the schema: what the schema does not know is refused. */
class FormReader {
  readonly #decimals: boolean;

  constructor(decimals: boolean) {
    this.#decimals = decimals;
  }

  structure(shape: StructureShape, node: FormNode, path: string): Values {
    const values: Values = {};
    for (const name of node.children.keys()) {
      if (!shape.byXmlName.has(name)) throw unexpectedParameter(path + name);
    }
    for (const member of shape.members) {
      const child = node.children.get(member.xmlName);
      if (child !== undefined) values[member.name] = this.#member(member, child, path + member.xmlName);
      else if (member.required) throw missingMember(lowerFirst(path + member.xmlName));
    }
    return values;
  }

  #member(member: Member, node: FormNode, path: string): unknown {
    const { shape } = member;
    if (shape.kind === 'list' && member.flattened) return this.#items(shape, node, path);
    return this.#value(shape, node, path);
  }

  #value(shape: Shape, node: FormNode, path: string): unknown {
    switch (shape.kind) {
      case 'structure':
        return this.structure(shape, node, `${path}.`);
      case 'list':
        return this.#list(shape, node, path);
      case 'map':
        return this.#map(shape, node, path);
      default: {
        if (node.value === undefined || node.children.size > 0) throw unexpectedParameter(path);
        const value = parseScalar(shape, node.value, { decimals: this.#decimals });
        if (value === undefined)
          throw validationError(`Value '${node.value}' at '${path}' is not a ${shape.kind}`);
        return value;
      }
    }
  }

  #list(shape: ListShape, node: FormNode, path: string): unknown[] {
    // `Tags=` is how an empty list is written.
    if (node.children.size === 0 && node.value === '') return [];
    const items = node.children.get(shape.itemName);
    if (items === undefined || node.children.size > 1) throw unexpectedParameter(path);
    return this.#items(shape, items, `${path}.${shape.itemName}`);
  }

  #items(shape: ListShape, node: FormNode, path: string): unknown[] {
    return numbered(node, path).map(([index, item]) => this.#value(shape.item, item, `${path}.${index}`));
  }

  #map(shape: MapShape, node: FormNode, path: string): Values {
    const entries = node.children.get('entry');
    const values: Values = {};
    if (entries === undefined) return values;
    for (const [index, entry] of numbered(entries, path)) {
      const key = entry.children.get(shape.keyName)?.value;
      const value = entry.children.get(shape.valueName);
      if (key === undefined || value === undefined || key === '__proto__') throw unexpectedParameter(path);
      values[key] = this.#value(shape.value, value, `${path}.entry.${index}`);
    }
    return values;
  }
}

/** Children named by numbers, in the order of the numbers. */
function numbered(node: FormNode, path: string): [number, FormNode][] {
  const entries: [number, FormNode][] = [];
  for (const [name, child] of node.children) {
    if (!/^[1-9]\d{0,5}$/.test(name)) throw unexpectedParameter(`${path}.${name}`);
    entries.push([Number(name), child]);
  }
  return entries.toSorted((a, b) => a[0] - b[0]);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function writeOutput(
  operation: Operation,
  output: Readonly<Values>,
  answer: AnswerContext,
  namespace: string,
): WireResponse {
  const { name, output: shape } = operation;
  // A declared output without members (UpdateRole) has its empty element: Go's SDK looks for it.
  const result =
    shape === EMPTY_STRUCTURE ? '' : `<${name}Result>${writeMembers(shape, output)}</${name}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${answer.requestId}</RequestId></ResponseMetadata>`;
  const body = `<${name}Response xmlns="${namespace}">${result}${metadata}</${name}Response>`;
  return { status: 200, headers: headersOf(answer), body };
}

function writeError(error: AwsError, answer: AnswerContext, namespace: string): WireResponse {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  let inside = `<Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  for (const [name, value] of Object.entries(error.fields))
    inside += `<${name}>${escapeXml(value)}</${name}>`;
  const body = `<ErrorResponse xmlns="${namespace}"><Error>${inside}</Error><RequestId>${answer.requestId}</RequestId></ErrorResponse>`;
  return { status: error.status, headers: { ...error.headers, ...headersOf(answer) }, body };
}

function headersOf(answer: AnswerContext): Record<string, string> {
  return { 'content-type': 'text/xml', 'x-amzn-requestid': answer.requestId };
}
