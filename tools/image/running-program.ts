import type { ChildProcess } from 'node:child_process'

const deadlineMs = 60_000

/** A program of the image, killed with the scope. */
export class RunningProgram {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  #printed = ''

  constructor(child: ChildProcess) {
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('close', resolve))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => (this.#printed += String(chunk)))
    }
  }

  /** The first group of the pattern, or all of it, once it is printed. */
  prints(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`the image ${why}: ${this.#printed}`))
      const deadline = setTimeout(() => fail(`did not print ${pattern}`), deadlineMs)
      const look = () => {
        const match = pattern.exec(this.#printed)
        if (match !== null) resolve(match[1] ?? match[0])
      }
      this.#child.stdout?.on('data', look)
      void this.#ended.then((code) => {
        clearTimeout(deadline)
        look()
        fail(`ended with code ${code}`)
      })
    })
  }

  /** Asks it to stop; resolves to its exit code, null when it had to be killed. */
  async stops(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), deadlineMs)
    const code = await this.#ended
    clearTimeout(deadline)
    return code
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
    }
    await this.#ended
  }
}
