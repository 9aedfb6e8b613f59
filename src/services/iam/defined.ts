/** The members that are there: our options know absence, not `undefined`. */
export function defined<Members extends object>(
  members: Members,
): { [Member in keyof Members]?: Exclude<Members[Member], undefined> } {
  // Filtering entries loses which member has which type.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Member in keyof Members]?: Exclude<Members[Member], undefined>;
  };
}
