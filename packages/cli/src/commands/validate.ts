import { capabilities } from '../capabilities.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandFailure } from '../command-failure.ts'
import { counted } from '../counted.ts'
import { UsageError } from '../usage-error.ts'
import { type ManifestFinding, validateFolders } from '../validation/validate-folders.ts'

/** Says what is wrong with a folder of manifests. Rejects with CommandFailure if something is. */
export function validate({ options, own, print }: CommandContext): Promise<void> {
  const folders = own.words
  if (folders.length === 0) {
    throw new UsageError('expected the DIR of the manifests; see fairlead validate --help')
  }
  const report = validateFolders(folders, capabilities)
  const problems = report.findings.filter(({ severity }) => severity === 'problem').length
  const warnings = report.findings.length - problems
  const what = `${counted(report.manifests, 'manifest')} in ${counted(report.files, 'file')}`
  if (options.call.output === 'json') {
    print(`${JSON.stringify({ ...report, valid: problems === 0 }, null, 2)}\n`)
  } else {
    print(report.findings.map((finding) => `${lineOf(finding)}\n`).join(''))
    const also = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`
    if (problems === 0) print(`${what}: no problems${also}\n`)
  }
  if (problems === 0) return Promise.resolve()
  const hint = report.hasGateway
    ? ''
    : '; no file has an LLMGateway: if another folder has it, validate both together'
  throw new CommandFailure(`${counted(problems, 'problem')} in ${what}${hint}`)
}

/** As compilers write it, so that editors find the place. */
function lineOf({ file, line, message, object, severity }: ManifestFinding): string {
  return [`${file}:${line}`, severity, ...(object === undefined ? [] : [object]), message].join(
    ': ',
  )
}
