import { isatty } from 'node:tty'
import { stopSignal, systemClock } from '@fairlead/base'
import type { Command } from './command-context.ts'
import { explainFailure, isStop } from './explain-failure.ts'
import { LogDestination } from './log-destination.ts'
import { formattedLog } from './log-format.ts'
import { openStandardError } from './log-output.ts'
import { newLogger } from './new-logger.ts'
import { generalHelp, helpOf } from './help-text.ts'
import { declarationOf } from './declarations/declarations.ts'
import { isServerFlag, parseCommandLine, type CommandLine } from './options.ts'
import { besideProgress, ProgressLine } from './progress-line.ts'
import { UsageError } from './usage-error.ts'
import { UncaughtErrors } from './uncaught-errors.ts'

/** For an orderly stop after too many errors: one that hangs must not keep the process. */
const stopDeadlineMs = 30_000
const standardError = 2

/** Imported when one is run: what others need costs it nothing. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./commands/up.ts')).up,
  operator: async () => (await import('./commands/operator.ts')).operator,
  gateway: async () => (await import('./commands/gateway.ts')).gateway,
  apiserver: async () => (await import('./commands/apiserver.ts')).apiserver,
  status: async () => (await import('./commands/status.ts')).status,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  'explain-route': async () => (await import('./commands/explain-route.ts')).explainRoute,
  audit: async () => (await import('./commands/audit.ts')).audit,
  logs: async () => (await import('./commands/logs.ts')).logs,
  cache: async () => (await import('./commands/cache.ts')).cache,
  conversations: async () => (await import('./commands/conversations.ts')).conversations,
  usage: async () => (await import('./commands/usage.ts')).usage,
  prompt: async () => (await import('./commands/prompt.ts')).prompt,
  key: async () => (await import('./commands/key.ts')).key,
  validate: async () => (await import('./commands/validate.ts')).validate,
  diff: async () => (await import('./commands/diff.ts')).diff,
  convert: async () => (await import('./commands/convert.ts')).convert,
  envtest: async () => (await import('./commands/envtest.ts')).envtest,
  crds: async () => (await import('./commands/crds.ts')).crds,
  manifests: async () => (await import('./commands/manifests.ts')).manifests,
  completion: async () => (await import('./commands/completion.ts')).completion,
  version: async () => (await import('./commands/version.ts')).version,
  help: async () => (await import('./commands/help.ts')).help,
}

/**
 * Runs a command line; resolves to the exit code: 0, 1 for a failure, 2 for a usage error. By then
 * everything has stopped and been reported.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const print = (text: string) => void process.stdout.write(text)
  const progress = new ProgressLine({
    isTerminal: isatty(standardError),
    write: (text) => void process.stderr.write(text),
    clock: systemClock,
  })
  const output = besideProgress(openStandardError(), progress)
  const log = new LogDestination({ output, clock: systemClock })
  process.on('exit', () => log.flushSync())
  try {
    const { command: name, help, options, own } = await readCommandLine(args)
    const columns = readableColumns(process.stdout.columns)
    if (help || name === undefined) {
      const command = declarationOf(name ?? '')
      print(command === undefined ? generalHelp(columns) : helpOf(command, columns))
      return help ? 0 : 2
    }
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (load === undefined) throw new Error(`nothing runs the command ${name}`)
    const logger = newLogger(options.logLevel, formattedLog(log, options.logFormat))
    for (const flag of own.needless ?? []) {
      logger.warn(`no effect: fairlead ${name} has no use for --${flag}`)
    }
    const { signal: stopped } = stopSignal()
    const failed = new AbortController()
    const uncaughtErrors = new UncaughtErrors({
      clock: systemClock,
      logger,
      onTooMany: () => {
        logger.error('there have been too many uncaught errors: fairlead stops')
        systemClock.setTimer(stopDeadlineMs, () => process.exit(1))
        failed.abort(new Error('too many uncaught errors'))
      },
    }).watch(process)
    const command = await load()
    const signal = AbortSignal.any([stopped, failed.signal])
    const environment = process.env
    try {
      await command({
        options,
        own,
        environment,
        signal,
        logger,
        log,
        progress,
        uncaughtErrors,
        input: () => process.stdin,
        output: () => process.stdout,
        columns,
        print,
      })
    } catch (error) {
      if (!isStop(error, signal)) throw error
    } finally {
      progress.end()
    }
    await log.flush()
    return failed.signal.aborted ? 1 : 0
  } catch (error) {
    await log.flush()
    process.stderr.write(`fairlead: ${explainFailure(error)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

/** Long lines are hard to read, and very short ones too. */
function readableColumns(terminal = 100): number {
  return Math.min(Math.max(terminal, 60), 100)
}

/**
 * `fairlead apiserver` takes flags of kube-apiserver beside its own; what works on projects of
 * operators has flags of its own alone. @throws UsageError
 */
async function readCommandLine(args: readonly string[]): Promise<CommandLine> {
  if (args[0] === '--version') return parseCommandLine(['version', ...args.slice(1)], process.env)
  if (args[0] === 'operator' && args.length > 1) {
    const { isOperatorAction } = await import('@fairlead/scaffold')
    if (isOperatorAction(args[1])) {
      const read = parseCommandLine(['operator'], process.env)
      return { ...read, own: { words: args.slice(1), flags: {} } }
    }
  }
  if (args[0] !== 'apiserver') return parseCommandLine(args, process.env)
  const { separateBorrowedFlags } = await import('./envtest/borrowed-flags.ts')
  const { own: ownArgs, borrowed } = separateBorrowedFlags(args, isServerFlag)
  const read = parseCommandLine(ownArgs, process.env)
  return { ...read, own: { ...read.own, borrowed } }
}
