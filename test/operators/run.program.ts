import type { SuiteEnd } from './ginkgo-suite.ts'
import { apiextensions } from './runs/apiextensions.ts'
import { controllerRuntime } from './runs/controller-runtime.ts'
import { foreignOperators } from './runs/foreign-operators.ts'
import { helm } from './runs/helm.ts'
import { kubebuilder } from './runs/kubebuilder.ts'
import { python } from './runs/python.ts'

// node run.program.ts [RUN…]: others' programs and suites, unchanged, against the embedded API server.
// It needs Go and Python; what it runs is built once, into ~/.cache/fairlead/operators.

const runs: Readonly<Record<string, () => AsyncGenerator<SuiteEnd>>> = {
  helm,
  python,
  apiextensions,
  'controller-runtime': controllerRuntime,
  kubebuilder,
  'foreign-operators': foreignOperators,
}

process.exitCode = await main(process.argv.slice(2))

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !Object.hasOwn(runs, name))
  if (unknown !== undefined) {
    process.stderr.write(`no run is called ${unknown}: ${Object.keys(runs).join(', ')}\n`)
    return 2
  }
  let [passed, failed, skipped] = [0, 0, 0]
  for (const name of names.length === 0 ? Object.keys(runs) : names) {
    for await (const end of runs[name]?.() ?? []) {
      passed += end.passed
      failed += end.failures.length
      skipped += end.skipped ?? 0
      const counts = countsLine(end.passed, end.failures.length, end.skipped ?? 0)
      process.stdout.write(`${end.name}: ${counts}\n`)
      for (const failure of end.failures) process.stdout.write(`  ${failure}\n`)
    }
  }
  process.stdout.write(`${countsLine(passed, failed, skipped)}\n`)
  return failed === 0 ? 0 : 1
}

function countsLine(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}
