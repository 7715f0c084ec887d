import { spawn } from 'node:child_process'

/** What a program printed, on both streams, and how it ended. */
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

/** Runs a program to its end. Rejects only when it cannot be started. */
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
  })
  let printed = ''
  const append = (chunk: Buffer): void => void (printed += chunk.toString())
  child.stdout.on('data', append)
  child.stderr.on('data', append)
  child.once('error', reject)
  child.once('close', (code) => resolve({ code: code ?? 1, printed }))
  return promise
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
