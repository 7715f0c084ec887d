import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { LongestFirst } from './tools/longest-first.ts'

/** Tests that drive programs which are not ours, such as kubectl, Redis and PostgreSQL. */
const drivingPrograms = [
  'test/**/*.test.ts',
  'packages/*/src/**/{kubectl,redis,*-redis,postgres,*-postgres}.test.ts',
  'examples/*/test/*.test.ts',
]

/** Tests that replace modules, which others must not meet. */
const replacingModules = ['packages/cli/src/data-dir-races.test.ts']

const compileCache = fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url))

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    execArgv: ['--conditions=source'],
    testTimeout: 20_000,
    // Vitest leaves one core free, of two one: but many tests wait for programs that they started.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    // A dependency of Vercel's SDK has sources in TypeScript under our condition; Node reads none in
    // node_modules.
    server: { deps: { inline: [/\/node_modules\/(?:ai|@ai-sdk\/[\w-]+|eventsource-parser)\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: [
            'packages/*/src/**/*.test.ts',
            'tools/**/*.test.ts',
            'bench/**/*.test.ts',
            'soak/**/*.test.ts',
            'examples/**/*.test.ts',
          ],
          exclude: [...configDefaults.exclude, ...drivingPrograms, ...replacingModules],
          // To load the modules anew for each file took more time than the tests: they keep no state
          // (rule module-state), so that the files of a worker can share them.
          isolate: false,
          restoreMocks: true,
        },
      },
      {
        extends: true,
        test: { name: 'replacing modules', include: replacingModules },
      },
      {
        extends: true,
        test: {
          name: 'driving programs',
          include: drivingPrograms,
          globalSetup: 'tools/test-programs.ts',
          // Hundreds of times, a program of ours is started from the same sources.
          env: { NODE_COMPILE_CACHE: compileCache },
        },
      },
    ],
  },
})
