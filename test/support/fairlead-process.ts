import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCache } from './compile-cache.ts'
import { kubectlFor, type Kubectl } from './kubectl.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readyDeadlineMs = 60_000

export interface Endpoints {
  readonly apiServer: string
  readonly gateway: string
  readonly admin: string
  readonly kubeconfig: string
  readonly apiKey: string
}

/** A Fairlead started as a user starts it: `npm start`, on free ports, with its own data. */
export interface FairleadProcess {
  readonly endpoints: Endpoints
  /** What it printed once it was ready. */
  readonly announcement: string
  readonly kubectl: Kubectl
  /** The id of the primary process. */
  readonly pid: () => number
  /** Resolves to its exit code once it has ended. */
  readonly ended: Promise<number | null>
  /** Its log so far. */
  readonly log: () => string
  /** Stops it as a service manager does; resolves to the exit code. */
  stop(): Promise<number | null>
  /** kill -9 of the serving process. */
  kill(): Promise<void>
  /** A new process on the same data directory. */
  restart(): Promise<FairleadProcess>
  /** Stops it if it runs and removes its data. */
  [Symbol.asyncDispose](): Promise<void>
}

interface FairleadOptions {
  readonly flags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** A data directory to start with, and to remove in the end; by default a new one. */
  readonly dataDirectory?: string
}

export async function startFairlead(options: FairleadOptions = {}): Promise<FairleadProcess> {
  return startOn(options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'fairlead-')), options)
}

async function startOn(dataDir: string, options: FairleadOptions): Promise<FairleadProcess> {
  const ports = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0']
  const args = [
    'start',
    '--silent',
    '--',
    '--data-dir',
    dataDir,
    ...ports,
    ...(options.flags ?? []),
  ]
  const { PATH, HOME, TMPDIR } = process.env
  const temporary = TMPDIR === undefined ? {} : { TMPDIR }
  const env = { PATH, HOME, ...temporary, ...compileCache(), ...options.environment }
  const child = spawn('npm', args, { cwd: root, env })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-1_000_000)))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const announcement = await isReady(child, () => log)

  const endpoints = JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints
  const kubectl = kubectlFor(endpoints.kubeconfig)
  const stop = () => {
    if (child.exitCode === null) child.kill('SIGTERM')
    return ended
  }
  const pid = () => Number(readFileSync(join(dataDir, 'lock'), 'utf8'))
  const kill = async () => {
    process.kill(pid(), 'SIGKILL')
    await ended
  }
  return {
    endpoints,
    announcement,
    kubectl,
    pid,
    ended,
    log: () => log,
    stop,
    kill,
    restart: () => startOn(dataDir, options),
    async [Symbol.asyncDispose]() {
      await stop()
      kubectl.dispose()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Resolves to the output. */
function isReady(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const fail = (why: string) => reject(new Error(`npm start ${why}:\n${printed}${log()}`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(`was not ready after ${readyDeadlineMs} ms`)
    }, readyDeadlineMs)
    child.once('close', (code) => {
      clearTimeout(timer)
      fail(`ended with code ${code}`)
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      // The last line of the announcement: everything before it has been printed.
      if (!/Fairlead is ready[\s\S]*endpoints .*\n/.test(printed)) return
      clearTimeout(timer)
      resolve(printed)
    })
  })
}
