/** `JSON.parse` keeps the last of two equal keys, so that a Deny could vanish unseen; AWS refuses such a
 * document. Returns the first key that one object holds twice. `json` must be well-formed. */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (character === '{') {
      open.push(new Set());
      expectsKey = true;
    } else if (character === '[') {
      open.push(undefined);
      expectsKey = false;
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ',') {
      expectsKey = open.at(-1) !== undefined;
    } else if (character === '"') {
      const end = endOfString(json, index);
      if (expectsKey) {
        const key: unknown = JSON.parse(json.slice(index, end + 1));
        const keys = open.at(-1);
        if (typeof key === 'string') {
          if (keys?.has(key)) return key;
          keys?.add(key);
        }
        expectsKey = false;
      }
      index = end;
    }
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let index = start + 1;
  while (json[index] !== '"') index += json[index] === '\\' ? 2 : 1;
  return index;
}
