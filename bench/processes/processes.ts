import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMicrosOfTree, memoryMiBOfTree, peakMemoryMiBOf, processTree } from './process-tree.ts'

/** A server that was started; its children count as part of it. */
export interface RunningProcess {
  readonly pid: number
  /** When it was started, as `performance.now()` gives it. */
  readonly startedMs: number
  /** CPU time, user and system, used so far by it and its children, in microseconds. */
  readonly cpuMicros: () => number
  /** Memory of it and its children, in MiB. */
  readonly memoryMiB: () => number
  /** The most memory that it has had so far, without its children, in MiB. */
  readonly peakMemoryMiB: () => number
  /** Resolves once it has ended; kills it after five seconds. */
  stop(): Promise<void>
}

export interface ProcessOptions {
  /** Names its log file. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Added to PATH and HOME, which are all that it gets of this process's environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/** How long a process that was asked to stop may take. */
const stopMsMax = 5000

/** All processes that a benchmark has started, so that none outlives it. */
export class Processes {
  readonly #logs: string
  readonly #running = new Set<ChildProcess>()
  readonly #failure = Promise.withResolvers<never>()
  #started = 0
  #isStopping = false

  /** Logs go to the folder, which is created. */
  constructor(logs: string) {
    this.#logs = logs
    mkdirSync(logs, { recursive: true })
    // Who waits for it hears of it; without a waiter it is no unhandled rejection.
    this.#failure.promise.catch(() => {})
  }

  /** Rejects when a server ends that was not stopped. */
  get failed(): Promise<never> {
    return this.#failure.promise
  }

  /** Starts a server. */
  start({ name, command, args, environment = {} }: ProcessOptions): RunningProcess {
    const log = join(this.#logs, `${(this.#started += 1)}-${name}.log`)
    const output = openSync(log, 'a')
    const startedMs = performance.now()
    const child = this.#spawn(command, args, environment, ['ignore', output, output])
    closeSync(output)
    let isStopping = false
    const ended = new Promise<void>((resolve) => {
      child.once('error', (cause) => {
        this.#failure.reject(new Error(`${name} does not start: ${cause.message}`, { cause }))
        resolve()
      })
      child.once('close', (code, signal) => {
        resolve()
        if (isStopping || this.#isStopping) return
        const said = readFileSync(log, 'utf8').slice(-2000)
        this.#failure.reject(new Error(`${name} ended with ${code ?? signal}:\n${said}`))
      })
    })
    const pid = child.pid ?? 0
    return {
      pid,
      startedMs,
      cpuMicros: () => cpuMicrosOfTree(pid),
      memoryMiB: () => memoryMiBOfTree(pid),
      peakMemoryMiB: () => peakMemoryMiBOf(pid),
      async stop() {
        isStopping = true
        await stopTree(child, ended)
      },
    }
  }

  /** Runs a command to its end and resolves to what it prints; rejects with that when it fails. */
  run(command: string, args: readonly string[]): Promise<string> {
    const child = this.#spawn(command, args, {}, ['ignore', 'pipe', 'pipe'])
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = []
      child.stdout?.on('data', (part: Buffer) => parts.push(part))
      child.stderr?.on('data', (part: Buffer) => parts.push(part))
      child.once('error', reject)
      child.once('close', (code) => {
        const output = Buffer.concat(parts).toString()
        if (code === 0) resolve(output)
        else reject(new Error(`${command} ended with ${code}: ${output.slice(-2000)}`))
      })
    })
  }

  /** Stops whatever still runs; afterwards nothing more can be started. */
  async stopAll(): Promise<void> {
    this.#isStopping = true
    const ends = [...this.#running].map((child) =>
      stopTree(child, new Promise<void>((resolve) => void child.once('close', () => resolve()))),
    )
    await Promise.all(ends)
  }

  #spawn(
    command: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    stdio: ['ignore', number | 'pipe', number | 'pipe'],
  ): ChildProcess {
    if (this.#isStopping) throw new Error(`${command} is not started: the benchmark is ending`)
    const { PATH, HOME } = process.env
    const child = spawn(command, [...args], { env: { PATH, HOME, ...environment }, stdio })
    this.#running.add(child)
    child.once('error', () => this.#running.delete(child))
    child.once('close', () => this.#running.delete(child))
    return child
  }
}

async function stopTree(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const tree = processTree(child.pid)
  child.kill('SIGTERM')
  const timer = setTimeout(() => tree.forEach(killIfThere), stopMsMax)
  await ended
  clearTimeout(timer)
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
