import { pino } from 'pino'
import type { Command } from './command-context.ts'
import { apiserver } from './commands/apiserver.ts'
import { crds } from './commands/crds.ts'
import { gateway } from './commands/gateway.ts'
import { operator } from './commands/operator.ts'
import { up } from './commands/up.ts'
import { parseCommandLine, UsageError } from './options.ts'
import { stopSignal } from './stop-signal.ts'
import { usage } from './usage.ts'

const commands: Readonly<Record<string, Command>> = { up, operator, gateway, apiserver, crds }

process.exitCode = await main(process.argv.slice(2))

/** Runs a command line; resolves to the exit code: 0, 1 for a failure, 2 for a wrong call. */
async function main(args: readonly string[]): Promise<number> {
  const print = (text: string) => void process.stdout.write(text)
  try {
    const { command: name, help, options } = parseCommandLine(args, process.env)
    if (help || name === undefined) {
      print(usage)
      return help ? 0 : 2
    }
    const command = commands[name]
    if (command === undefined)
      throw new UsageError(`unknown command "${name}"; see fairlead --help`)
    const logger = pino({ level: options.logLevel, base: null }, pino.destination(2))
    const { signal } = stopSignal()
    await command({ options, environment: process.env, signal, logger, print })
    return 0
  } catch (error) {
    process.stderr.write(`fairlead: ${explain(error)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

/** One line for a person. Only an error that nobody foresaw shows where it happened. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number }
  if (code === 'EADDRINUSE')
    return `port ${port} is in use: choose another one, or 0 for a free one`
  if (code === 'EACCES' && port !== undefined) return `port ${port} may not be taken by this user`
  return foreseen.has(error.name) ? error.message : (error.stack ?? error.message)
}

const foreseen = new Set([
  'UsageError',
  'DataDirError',
  'ManifestError',
  'KubeConfigError',
  'ConnectionError',
  'StatusError',
])
