import { spawn } from 'node:child_process'

const keptCharacters = 16 * 1024 * 1024
const longestMs = 30 * 60_000

/** What a program printed, on both streams, or the end of it when it was much, and how it ended. */
interface ProgramEnd {
  readonly code: number
  readonly printed: string
}

interface RunOptions {
  /** Defaults to this process's. */
  readonly cwd?: string
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Runs a program to its end, which it is asked for after half an hour, and ends what it has started
 * and left behind. Rejects only when it cannot be started.
 */
export function runToEnd(
  program: string,
  args: readonly string[],
  { cwd, environment }: RunOptions = {},
): Promise<ProgramEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>()
  const child = spawn(program, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A suite that is asked to end stops the servers that it has started.
    timeout: longestMs,
    killSignal: 'SIGTERM',
    detached: true,
  })
  let printed = ''
  const append = (chunk: Buffer): void => {
    printed += chunk.toString()
    if (printed.length > 2 * keptCharacters) printed = printed.slice(-keptCharacters)
  }
  child.stdout.on('data', append)
  child.stderr.on('data', append)
  child.once('error', reject)
  child.once('exit', () => endGroup(child.pid))
  child.once('close', (code) => resolve({ code: code ?? 1, printed }))
  return promise
}

/** A program that panics does not stop its servers, which may hold its output open. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

/** Runs a program that must end with 0; resolves to what it printed. */
export async function succeed(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, printed } = await runToEnd(program, args, options)
  if (code === 0) return printed
  throw new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${printed.slice(-4_000)}`)
}
