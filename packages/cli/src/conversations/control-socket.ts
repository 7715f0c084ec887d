import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import type { Logger } from '@fairlead/base'

/** The most that sockaddr_un takes, on every system that we run on. */
const pathBytesMax = 103

interface ControlSocketOptions {
  readonly dataDir: string
  /** Answers a request; what it throws ends the connection and is logged. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  readonly logger: Logger
}

/** Where the process that owns the stores of a data directory is asked. */
export function controlSocketPath(dataDir: string): string {
  return join(dataDir, 'control', 'fairlead.sock')
}

/** Why there can be no socket at a path; undefined where there can. */
export function socketPathProblem(path: string): string | undefined {
  return Buffer.byteLength(path) > pathBytesMax
    ? `${path} is longer than ${pathBytesMax} bytes: use a shorter --data-dir`
    : undefined
}

/**
 * Serves HTTP on a socket below the data directory, for who may read that: its folder has mode 0700.
 * Where that cannot be done the gateway goes on without it, and the log says so. Returns how to stop.
 */
export async function openControlSocket(options: ControlSocketOptions): Promise<() => void> {
  const { dataDir, logger } = options
  const path = controlSocketPath(dataDir)
  try {
    const problem = socketPathProblem(path)
    if (problem !== undefined) throw new Error(problem)
    const folder = dirname(path)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // One that was there keeps the mode that it had.
    chmodSync(folder, 0o700)
    if (await isServed(path)) throw new Error(`another process serves ${path}`)
    // Left by a process that was killed.
    rmSync(path, { force: true })
    const server = await listening(path, options)
    return () => {
      server.close()
      server.closeAllConnections()
    }
  } catch (error) {
    logger.warn({ err: error }, 'fairlead conversations and fairlead cache cannot ask this gateway')
    return () => {}
  }
}

async function listening(path: string, options: ControlSocketOptions): Promise<Server> {
  // What is asked takes as long as a store is large.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    options.answer(request, response).catch((error: unknown) => {
      if (!response.destroyed) {
        options.logger.warn({ err: error }, 'a request of fairlead conversations broke off')
      }
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return server
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const settle = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
