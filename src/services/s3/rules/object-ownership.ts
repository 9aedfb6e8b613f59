const OWNERSHIPS = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'] as const;
export type ObjectOwnership = (typeof OWNERSHIPS)[number];

export function isObjectOwnership(value: string): value is ObjectOwnership {
  return OWNERSHIPS.some((known) => known === value);
}
