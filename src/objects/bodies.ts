/** Placeholder until objects/body lands. */
export type Bodies = unknown;
