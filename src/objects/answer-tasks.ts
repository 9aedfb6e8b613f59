import type { Write } from '../store/kv/key-value-store.ts';
import type { JobAnswerRow } from '../store/tables/job-rows.ts';
import { jobAnswers } from '../store/tables/jobs.ts';
import type { IntentRow } from '../store/tables/rows.ts';

/** Tells every task that waits for this intent what became of it: belongs into the commit that ends it, whose check
 * on the intent's row makes the answer the only one. */
export function answerTasks({ waiting = [], rule }: IntentRow, answer: JobAnswerRow): Write[] {
  return waiting.map((name) => jobAnswers.put(answer, ...jobAnswers.of(name, rule.destination)));
}

/** What a task hears whose version was removed before it could be delivered. */
export const VERSION_REMOVED: JobAnswerRow = {
  outcome: 'failed',
  code: 'SrcVersionNotFound',
  reason: 'the source version no longer exists',
};
