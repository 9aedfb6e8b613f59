/** The SDK types AWS's lists of words as closed unions, though services add to them. What is stored was checked when it came
 * in. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller's context names the word
export function sdkWord<Word extends string>(word: string): Word {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is the one place where text becomes the SDK's word
  return word as Word;
}
