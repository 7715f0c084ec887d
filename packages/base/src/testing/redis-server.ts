import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

/** A real Redis or Valkey on a free port, which writes each command to its file before it answers. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** kill -9; what it had answered is in its file. */
  kill(): Promise<void>
  /** Starts on the same port and data, after `kill`. */
  restart(): Promise<void>
  /** Stands still, as a machine without CPU does, until `resume`. */
  pause(): void
  resume(): void
  [Symbol.asyncDispose](): Promise<void>
}

/** `own` are flags of redis-server, such as `--requirepass x`. */
export async function startRedisServer(own: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-redis-'))
  const port = await freePort()
  // Nodes of a cluster listen on a second port, which would be this one and 10,000.
  const isNode = own.includes('--cluster-enabled')
  const flags = isNode ? [...own, '--cluster-port', String(await freePort())] : own
  let child = await startOn(folder, port, flags)
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      child = await startOn(folder, port, flags)
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function startOn(folder: string, port: number, flags: readonly string[]): Promise<ChildProcess> {
  const address = ['--port', String(port), '--bind', '127.0.0.1']
  const file = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
  const child = spawn(process.env['REDIS_SERVER'] ?? 'redis-server', [
    ...address,
    ...file,
    ...flags,
  ])
  return new Promise((resolve, reject) => {
    let printed = ''
    const fail = (why: string) => reject(new Error(`redis-server ${why}:\n${printed}`))
    child.once('error', (error) => fail(String(error)))
    child.once('close', (code) => fail(`ended with code ${code}`))
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    child.stdout.on('data', (chunk: Buffer) => {
      if (printed.length < 100_000) printed += chunk.toString()
      if (printed.includes('Ready to accept connections')) resolve(child)
    })
  })
}
