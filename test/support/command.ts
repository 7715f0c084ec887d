import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compileCache } from './compile-cache.ts'

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))
const deadlineMs = 60_000

/** A running `fairlead <command>`: one process that receives signals directly. */
export interface Command {
  /** Its standard output so far. */
  readonly printed: () => string
  /** Its log so far. */
  readonly log: () => string
  /**
   * Resolves to the pattern's first group once it is printed. Rejects when the process exits first.
   */
  readonly prints: (pattern: RegExp) => Promise<string>
  /** Resolves to the exit code; null after an unhandled signal. */
  readonly ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
  [Symbol.asyncDispose](): Promise<void>
}

/** The program and arguments that are `fairlead` with these arguments. */
export function commandLine(args: readonly string[]): readonly [string, ...string[]] {
  return [process.execPath, '--conditions=source', main, ...args]
}

/**
 * Starts `fairlead` with these arguments; its environment is PATH, HOME, that of `compileCache` and
 * the given variables.
 */
export function startCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Command {
  const { PATH, HOME } = process.env
  const [program, ...programArgs] = commandLine(args)
  const child = spawn(program, programArgs, {
    env: { PATH, HOME, ...compileCache(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  let log = ''
  const listeners = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
    for (const listener of listeners) listener()
  })
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-1_000_000)))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))

  const prints = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const settle = (action: () => void) => {
        clearTimeout(timer)
        listeners.delete(look)
        action()
      }
      const fail = (why: string) =>
        settle(() => reject(new Error(`fairlead ${args.join(' ')} ${why}:\n${printed}${log}`)))
      const look = () => {
        const match = pattern.exec(printed)
        if (match !== null) settle(() => resolve(match[1] ?? match[0]))
      }
      const timer = setTimeout(() => fail(`did not print ${pattern}`), deadlineMs)
      listeners.add(look)
      void ended.then((code) => fail(`ended with code ${code}`))
      look()
    })

  return {
    printed: () => printed,
    log: () => log,
    prints,
    ended,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}

/** Runs `fairlead` to completion. */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly printed: string; readonly log: string }> {
  await using command = startCommand(args, environment)
  const timer = setTimeout(() => command.kill('SIGKILL'), deadlineMs)
  const code = await command.ended
  clearTimeout(timer)
  return { code, printed: command.printed(), log: command.log() }
}
