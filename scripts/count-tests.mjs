// Prints `N passed, N failed, N skipped` from vitest's JSON report, counted.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of report.testResults) {
  // A file that could not even be loaded has no tests and has failed all the same.
  if (file.status === 'failed' && file.assertionResults.length === 0) counts.failed += 1;
  for (const { status } of file.assertionResults) {
    if (status === 'passed') counts.passed += 1;
    else if (status === 'failed') counts.failed += 1;
    else counts.skipped += 1;
  }
}
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
if (counts.failed > 0 || counts.passed === 0) process.exit(1);
