import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { type Clock, sleep } from '@fairlead/base'

const keptLength = 4000
const graceMs = 5_000

/** A program that runs beside a test. `dispose` ends it, by force if it does not end in 5 s. */
export interface ChildProgram extends AsyncDisposable {
  /** Rejects when the program ends, with what it last said; never resolves. */
  readonly failure: Promise<never>
}

/** Starts a program; its output is kept only for the message of its failure. */
export function startProgram(file: string, args: readonly string[], clock: Clock): ChildProgram {
  const child = spawn(file, [...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-keptLength)))
  const closed = once(child, 'close').catch((error: unknown) => error)
  const failure = closed.then((ended) => {
    const how = ended instanceof Error ? ended.message : `ended with ${child.exitCode}`
    throw new Error(`${file} ${how}: ${said.trim()}`)
  })
  failure.catch(() => {})
  return {
    failure,
    async [Symbol.asyncDispose]() {
      if (child.pid === undefined) return
      child.kill('SIGTERM')
      const over = new AbortController()
      const late = sleep(clock, graceMs, over.signal).then(() => child.kill('SIGKILL'))
      late.catch(() => {})
      await closed
      over.abort()
    },
  }
}
