import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { testBinary } from './go-modules.ts'
import { runToEnd } from './run-to-end.ts'

/** How a suite ended. */
export interface SuiteEnd {
  readonly name: string
  readonly passed: number
  /** Those that the suite itself leaves out. */
  readonly skipped?: number
  /** One line for each spec that failed, or for the suite when it did not begin. */
  readonly failures: readonly string[]
}

interface Spec {
  readonly LeafNodeType: string
  readonly LeafNodeText: string
  readonly ContainerHierarchyTexts: readonly string[] | null
  readonly State: string
  readonly Failure?: {
    readonly Message: string
    readonly Location: { readonly FileName: string; readonly LineNumber: number }
  }
}

const leftOut = ['skipped', 'pending']

/**
 * Runs the specs of one package with Ginkgo, as they are.
 * @param skip a pattern of the specs that are left out, and counted as skipped
 */
export async function runGinkgoSuite(
  name: string,
  sources: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
  skip?: string,
): Promise<SuiteEnd> {
  const binary = await testBinary(sources, folder)
  // Not among the sources: a suite may read every file that it finds there.
  using reports = temporaryFolder()
  const report = join(reports.path, 'report.json')
  const flags = [`-ginkgo.json-report=${report}`, '-ginkgo.timeout=10m', '-ginkgo.no-color']
  if (skip !== undefined) flags.push(`-ginkgo.skip=${skip}`)
  const cwd = join(sources, folder)
  const { code, printed } = await runToEnd(binary, flags, { cwd, environment })
  if (!existsSync(report)) {
    return { name, passed: code === 0 ? 1 : 0, failures: code === 0 ? [] : [lastLine(printed)] }
  }
  const specs = specsOf(readFileSync(report, 'utf8'))
  const inState = (...states: readonly string[]) =>
    specs.filter(({ LeafNodeType, State }) => LeafNodeType === 'It' && states.includes(State))
  const failures = specs
    .filter(({ State }) => !['passed', ...leftOut].includes(State))
    .map(failureOf)
  // A suite can fail as a whole, for example because it took too long.
  if (code !== 0 && failures.length === 0) failures.push(lastLine(printed))
  return {
    name,
    passed: inState('passed').length,
    skipped: inState(...leftOut).length,
    failures,
  }
}

function specsOf(report: string): readonly Spec[] {
  const suites = JSON.parse(report) as { readonly SpecReports?: readonly Spec[] | null }[]
  return suites.flatMap(({ SpecReports }) => SpecReports ?? [])
}

function failureOf(spec: Spec): string {
  const { ContainerHierarchyTexts, LeafNodeText, LeafNodeType, Failure } = spec
  const title = [...(ContainerHierarchyTexts ?? []), LeafNodeText || LeafNodeType].join(' > ')
  const { FileName = '', LineNumber = 0 } = Failure?.Location ?? {}
  const quoted = /Message: "((?:[^"\\]|\\.)*)"/.exec(Failure?.Message ?? '')?.[1]
  const why = (quoted ?? Failure?.Message ?? '').replaceAll(/\s+/g, ' ').slice(0, 300)
  return `${title} (${FileName.split('/').at(-1)}:${LineNumber}): ${why}`
}

function lastLine(printed: string): string {
  return printed.trimEnd().split('\n').at(-1) ?? ''
}
