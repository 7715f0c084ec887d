import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order, Told } from './replica-messages.ts'

const program = fileURLToPath(new URL('./replica.program.ts', import.meta.url))
const wallClock = new URL('./wall-clock.program.ts', import.meta.url).href

/** A process that takes part in the election, under an identity that no other ever has. */
export class Replica {
  readonly identity: string
  /** Whom the API server takes it for. */
  readonly user: string
  readonly ended: Promise<number | null>
  readonly #child: ChildProcess
  #exitCode: number | null | undefined
  #computed = 0

  constructor(options: { identity: string; user: string; kubeConfigFile: string }) {
    this.identity = options.identity
    this.user = options.user
    const flags = ['--conditions=source', '--import', wallClock]
    this.#child = spawn(
      process.execPath,
      [...flags, program, options.identity, options.kubeConfigFile],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    )
    this.#child.on('error', () => {})
    this.#child.on('message', (told: Told) => {
      if (told.type === 'computed') this.#computed += 1
    })
    this.ended = once(this.#child, 'exit').then(([code]) => {
      this.#exitCode = code as number | null
      return this.#exitCode
    })
  }

  get hasEnded(): boolean {
    return this.#exitCode !== undefined
  }

  /** How often it has computed without a pause, as told. */
  get computed(): number {
    return this.#computed
  }

  order(order: Order): void {
    if (this.#child.connected) this.#child.send(order)
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal)
  }
}
