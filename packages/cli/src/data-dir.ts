import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The folder that holds all state of a local Fairlead, taken by one process at a time. */
export interface DataDir {
  /** Absolute. */
  readonly path: string
  /** The first start was never completed: the quickstart is still to be applied. */
  readonly isNew: boolean
  /** Records that the first start is complete. */
  markStarted(): void
  release(): void
}

/** The data directory cannot be used; the message says why and what to do. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError'
}

/**
 * Creates the folder (mode 0700) when it is missing and takes its lock. A lock whose process is
 * gone, after a kill -9, is taken over. Throws DataDirError when another process runs on it.
 */
export function openDataDir(path: string): DataDir {
  const folder = resolve(path)
  const lock = join(folder, 'lock')
  const started = join(folder, 'started')
  createFolder(folder)
  takeLock(lock, folder)
  return {
    path: folder,
    isNew: !existsSync(started),
    markStarted: () => writeFileSync(started, '', { mode: 0o600 }),
    release: () => rmSync(lock, { force: true }),
  }
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DataDirError(`cannot create the data directory ${folder}: ${why}`, { cause })
  }
}

function takeLock(lock: string, folder: string): void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
      return
    } catch (cause) {
      if (!isCode(cause, 'EEXIST')) {
        throw new DataDirError(
          `cannot write to the data directory ${folder}: choose another --data-dir`,
          { cause },
        )
      }
      const holder = Number(readFileSync(lock, 'utf8'))
      if (holder !== process.pid && isRunning(holder)) {
        throw new DataDirError(
          `${folder} is in use by process ${holder}: stop it, or choose another --data-dir`,
        )
      }
      rmSync(lock, { force: true })
    }
  }
  throw new DataDirError(`${folder} was taken by another process: try again`)
}

/** Signal 0 only asks; EPERM means that the process exists and is somebody else's. */
function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
