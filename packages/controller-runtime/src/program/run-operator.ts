import { stopSignal } from '@fairlead/base'
import { Manager } from '../manager/manager.ts'
import { FlagError, type Flags, type FlagValues } from './flag.ts'
import { flagHelp } from './flag-help.ts'
import { operatorFlags } from './operator-flags.ts'
import { parseFlags } from './parse-flags.ts'
import { programKubeConfig } from './program-kube-config.ts'
import { programLogger, programOptions, type ProgramManagerOptions } from './program-options.ts'

/** An operator as a program. */
export interface OperatorProgram<F extends Flags = Flags> {
  /** Names the program in its help, its Lease, and to the API server. */
  readonly name: string
  /** Declares what the operator runs, before anything starts. */
  readonly setup: (manager: Manager, flags: FlagValues<F>) => void | Promise<void>
  /** Flags of its own, which `setup` is given. */
  readonly flags?: F
  /** What no flag decides. */
  readonly options?: ProgramManagerOptions
  /** Defaults to those of the process. */
  readonly args?: readonly string[]
  /** Defaults to that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Runs an operator as the program that this process is: reads flags and kubeconfig, makes the
 * manager, calls `setup`, runs until SIGTERM or SIGINT, and exits. The exit code is 0 after a signal
 * or `--help`, 2 for flags that are wrong, and 1 for everything else, such as a server that cannot
 * be reached or a lost lease. A second signal exits at once.
 */
export async function runOperator<F extends Flags = Record<string, never>>(
  program: OperatorProgram<F>,
): Promise<void> {
  const code = await exitCodeOf(program)
  // Whatever a library left open must not keep a stopped operator alive.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

async function exitCodeOf<F extends Flags>(program: OperatorProgram<F>): Promise<number> {
  const { name, flags: own, args = process.argv.slice(2) } = program
  const flags = { ...ownFlags(own), ...operatorFlags }
  try {
    const { values, help } = parseFlags(flags, args)
    if (help) {
      process.stdout.write(flagHelp(name, flags))
      return 0
    }
    return await operate(program, values as Values<F>)
  } catch (error) {
    if (!(error instanceof FlagError)) throw error
    process.stderr.write(`${error.message}\n${flagHelp(name, flags)}`)
    return 2
  }
}

type Values<F extends Flags> = FlagValues<F> & FlagValues<typeof operatorFlags>

/** Those of the operator itself; they cannot take the names of the others. */
function ownFlags(own: Flags | undefined): Flags {
  for (const name of Object.keys(own ?? {})) {
    if (Object.hasOwn(operatorFlags, name)) throw new Error(`every operator has a flag --${name}`)
  }
  return own ?? {}
}

async function operate<F extends Flags>(
  { name, setup, options = {}, env = process.env }: OperatorProgram<F>,
  values: Values<F>,
): Promise<number> {
  const logger = programLogger(values)
  using stop = stopSignal(logger)
  try {
    const config = programKubeConfig(values.kubeconfig, env)
    const clientOptions = { userAgent: name, ...options.clientOptions }
    const made = programOptions(name, values, config, { ...options, clientOptions })
    const manager = new Manager({ ...made, logger })
    await setup(manager, values)
    logger.info({ operator: name, server: config.server }, 'starting')
    await manager.start(stop.signal)
    logger.info({ operator: name }, 'stopped')
    return 0
  } catch (error) {
    if (error instanceof FlagError) throw error
    const message = error instanceof Error ? error.message : String(error)
    logger.error({ err: error, operator: name }, `cannot go on: ${message}`)
    return 1
  }
}
