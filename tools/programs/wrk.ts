import { debianPackage } from './debian-package.ts'
import type { Program } from './program.ts'
import { printedVersion } from './version.ts'

/** The load generator of the benchmarks, in C, which leaves the CPU to others. */
export const wrk: Program = {
  name: 'wrk',
  variable: 'WRK',
  oldest: '4.1.0',
  versionOf: printedVersion(['-v'], /wrk \D*(\d+\.\d+\.\d+)/),
  sources: [debianPackage('wrk')],
  byHand: 'install wrk',
}
