import { iamValidationError } from '../../errors/iam.ts';

/** IAM's default and limit of a page. */
const ITEMS_DEFAULT = 100;
const ITEMS_MAX = 1_000;

export interface PageRequest {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly position: { IsTruncated: boolean; Marker?: string };
}

/** The page after `Marker` in the order of the items' keys. The marker holds the last key that was given, so that
 * items made or removed between two pages neither repeat nor hide others.
 * @throws AwsError ValidationError */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  request: PageRequest,
): Page<Item> {
  const count = request.MaxItems ?? ITEMS_DEFAULT;
  if (count < 1 || count > ITEMS_MAX) {
    throw iamValidationError(
      `1 validation error detected: Value '${count}' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and ${ITEMS_MAX}`,
    );
  }
  const after = request.Marker === undefined ? undefined : keyOfMarker(request.Marker);
  const sorted = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const taken = sorted.slice(0, count);
  const last = taken.at(-1);
  const truncated = sorted.length > taken.length && last !== undefined;
  return {
    items: taken.map(({ item }) => item),
    position: {
      IsTruncated: truncated,
      ...(truncated ? { Marker: Buffer.from(last.key).toString('base64') } : {}),
    },
  };
}

function keyOfMarker(marker: string): string {
  const key = Buffer.from(marker, 'base64').toString('utf8');
  if (Buffer.from(key).toString('base64') !== marker) throw iamValidationError('Invalid value for marker.');
  return key;
}
