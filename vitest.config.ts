import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'e2e/**/*.test.ts'],
    // Two cores: more files at once only make each other's servers slow.
    maxWorkers: 2,
    // Only so that a hang ends: a busy machine is slow, not broken.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
