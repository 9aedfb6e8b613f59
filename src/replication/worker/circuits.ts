import type { Random } from '../../lib/random.ts';
import { Circuit } from './circuit.ts';

/** One circuit for each destination, shared by all lanes that lead there: what live replication found unreachable, no
 * batch job needs to find again. */
export class Circuits {
  readonly #circuits = new Map<string, Circuit>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  of(destination: string): Circuit {
    const known = this.#circuits.get(destination);
    if (known !== undefined) return known;
    const circuit = new Circuit(this.#random);
    this.#circuits.set(destination, circuit);
    return circuit;
  }

  /** Whether it was found unreachable, and not yet reached again. */
  unavailable(destination: string): boolean {
    return this.#circuits.get(destination)?.reason !== undefined;
  }

  /** Forgets those of destinations that no lane leads to. */
  tick(nowMs: number, used: (destination: string) => boolean): void {
    for (const [destination, circuit] of this.#circuits) {
      circuit.clampTo(nowMs);
      if (!used(destination)) this.#circuits.delete(destination);
    }
  }
}
