import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LogFormat } from '../log-format.ts'
import type { FromWorker, ToWorker } from '../worker-messages/messages.ts'
import { listeningSocketFd } from '../worker-messages/worker-process-contract.ts'

/** How a process ended; `error` if it could not be started. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly error?: unknown
}

/** One process that runs a gateway worker. */
export interface WorkerProcess {
  readonly pid: number | undefined
  /** Does nothing once the process is gone. */
  send(message: ToWorker): void
  onMessage(listener: (message: FromWorker) => void): void
  /** Resolves when the process is gone and everything that it sent has been received. */
  readonly ended: Promise<ProcessEnd>
  /** At once, without storing anything. */
  kill(): void
}

/** Sources run as they are, and built files as theirs: the worker's has the same extension as this. */
const program = fileURLToPath(
  new URL(`../worker/main${extname(import.meta.filename)}`, import.meta.url),
)

interface WorkerProcessOptions {
  readonly socketFd: number
  readonly logLevel: string
  readonly logFormat: LogFormat
  /** Where compiled code is kept, which halves the time of a start; undefined: nowhere. */
  readonly codeCache: string | undefined
}

/** Starts a worker that shares the bound socket and standard error. */
export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const { socketFd, logLevel, logFormat = '', codeCache } = options
  const cacheVariable = codeCache === undefined ? {} : { NODE_COMPILE_CACHE: codeCache }
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as (number | string)[]
  stdio[listeningSocketFd] = socketFd
  const child = fork(program, [logLevel, logFormat], {
    stdio: stdio as ['ignore', 'inherit', 'inherit', 'ipc', number],
    serialization: 'advanced',
    env: { ...cacheVariable, ...process.env },
  })
  return {
    pid: child.pid,
    send(message) {
      // Errors end in `ended`.
      if (child.connected) child.send(message, () => {})
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromWorker)),
    ended: endOf(child),
    kill: () => void child.kill('SIGKILL'),
  }
}

async function endOf(child: ChildProcess): Promise<ProcessEnd> {
  const { promise: failed, resolve } = Promise.withResolvers<ProcessEnd>()
  child.on('error', (error) => {
    if (child.pid === undefined) resolve({ code: null, signal: null, error })
  })
  const disconnected = new Promise<void>((done) => child.once('disconnect', done))
  const exited = new Promise<ProcessEnd>((done) => {
    child.once('exit', (code, signal) => done({ code, signal }))
  })
  return Promise.race([failed, Promise.all([exited, disconnected]).then(([end]) => end)])
}
