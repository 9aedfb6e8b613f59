import { describe, expect, it } from 'vitest';
import { RepeatedCauses } from './repeated-causes.ts';

describe('repeated causes', () => {
  it('are said at once, then once a minute with how often they struck', () => {
    const causes = new RepeatedCauses(10);
    expect(causes.strike('full', 0)).toBe(1);
    expect(causes.strike('full', 1)).toBeUndefined();
    expect(causes.strike('slow', 2)).toBe(1);
    expect(causes.strike('full', 59_999)).toBeUndefined();
    expect(causes.strike('full', 60_000)).toBe(3);
    expect(causes.strike('full', 60_001)).toBeUndefined();
  });

  it('are said when the clock was set back', () => {
    const causes = new RepeatedCauses(10);
    causes.strike('full', 1_000_000);
    expect(causes.strike('full', 5)).toBe(1);
    expect(causes.strike('full', 6)).toBeUndefined();
  });

  it('are forgotten in the order in which they were said', () => {
    const causes = new RepeatedCauses(2);
    causes.strike('one', 0);
    causes.strike('two', 1);
    causes.strike('three', 2);
    expect(causes.strike('two', 3)).toBeUndefined();
    expect(causes.strike('one', 4)).toBe(1);
  });
});
