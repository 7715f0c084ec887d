import { stopSignal } from '@fairlead/base'
import { explainFailure, isStop } from '../explain-failure.ts'
import { type FlagTable, type GivenFlags, goFlagsHelp, parseGoFlags } from './go-flags.ts'

interface ProgramOptions {
  readonly name: string
  readonly about: string
  /** What `--version` prints. */
  readonly version: string
  readonly flags: FlagTable
  run(flags: GivenFlags, signal: AbortSignal, say: (line: string) => void): Promise<void>
}

/**
 * Runs this process as a program with Go's flags; resolves to its exit code: 0 once it was stopped,
 * 1 for a failure. What it has to say goes to standard error, one line at a time.
 */
export async function runProgram(program: ProgramOptions): Promise<number> {
  const { name, about, flags: table, version } = program
  const say = (line: string) => void process.stderr.write(`${name}: ${line}\n`)
  const { signal } = stopSignal()
  try {
    const flags = parseGoFlags(table, process.argv.slice(2))
    if (flags.boolean('help') === true) {
      process.stdout.write(goFlagsHelp(name, about, table))
      return 0
    }
    if (flags.boolean('version') === true) {
      process.stdout.write(`${version}\n`)
      return 0
    }
    for (const sentence of flags.needless) say(`no effect: ${sentence}`)
    await program.run(flags, signal, say)
    return 0
  } catch (error) {
    if (isStop(error, signal)) return 0
    say(explainFailure(error))
    return 1
  }
}
