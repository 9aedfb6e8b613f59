/** The member of an SDK's enum that a stored text is; rows hold text, so that newer members survive in them. */
export function enumMember<Member extends string>(
  members: Readonly<Record<string, Member>>,
  text: string | undefined,
): Member | undefined {
  return Object.values(members).find((member) => member === text);
}
