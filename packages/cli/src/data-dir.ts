import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'

/** The directory with all state of a local Fairlead, used by one process at a time. */
export interface DataDir {
  /** Absolute. */
  readonly path: string
  /** The first start was never completed: the quickstart still has to be applied. */
  readonly isNew: boolean
  /** Records that the first start is complete. */
  markStarted(): void
  release(): void
}

/** Maximum number of locks that vanish or prove stale before a start gives up. */
const attemptsMax = 5

/** The data directory cannot be used; the message gives the reason and a remedy. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError'
}

/**
 * Creates the directory (mode 0700) if it is missing and locks it. A stale lock, left by kill -9,
 * is taken over. Throws DataDirError when another process is using it.
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
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    if (createLock(lock, folder)) return
    const content = readIfPresent(lock)
    if (content === undefined) continue
    const holder = Number(content)
    if (holder !== process.pid && isRunning(holder)) {
      throw new DataDirError(
        `${folder} is in use by process ${holder}: stop it, or choose another --data-dir`,
      )
    }
    removeStale(lock, content)
  }
  throw new DataDirError(`${folder} was locked by another process: try again`)
}

/** False when the lock exists. It appears with its content, so that nobody takes it for stale. */
function createLock(lock: string, folder: string): boolean {
  const temporary = `${lock}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, String(process.pid), { mode: 0o600 })
    linkSync(temporary, lock)
    return true
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return false
    throw new DataDirError(
      `cannot write to the data directory ${folder}: choose another --data-dir`,
      { cause },
    )
  } finally {
    rmSync(temporary, { force: true })
  }
}

/**
 * Removes a lock that still has this content. Only one process can rename a lock; one that another
 * start has taken meanwhile is put back.
 */
function removeStale(lock: string, content: string): void {
  const aside = `${lock}.${process.pid}.stale`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  try {
    if (readFileSync(aside, 'utf8') !== content) linkSync(aside, lock)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Signal 0 only checks; EPERM means that the process exists and belongs to another user. */
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
