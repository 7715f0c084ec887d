import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'

/** Where batches of log lines are written to. */
export interface LogOutput {
  /**
   * The longest write, in bytes, that lines of other processes on the same output cannot come
   * between.
   */
  readonly maxWriteBytes: number
  /**
   * Writes without blocking the thread. `done` is called once, perhaps before this returns, with
   * the number of bytes that were written or an error, whose code is EAGAIN if the output has no
   * room at present.
   */
  write(bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void
  /** Writes at once and returns the number of bytes written; throws the errors of `write`. */
  writeNow(bytes: Buffer): number
}

const maxFileWriteBytes = 64 * 1024
/** PIPE_BUF of Linux, the larger one of POSIX systems in use; macOS has 512. */
const maxAtomicPipeWriteBytes = 4096

const standardError = 2

/**
 * The standard error of this process, which other processes may write to as well. What keeps their
 * lines whole:
 *
 * - A regular file takes every write as a whole, because all that inherited the descriptor share
 *   one offset, which the kernel locks, or append.
 * - A pipe takes up to PIPE_BUF bytes as a whole. A longer write, which a batch is only if a single
 *   line is as long, may be mixed with others when the pipe is nearly full.
 * - A terminal and a socket promise nothing, but Linux takes writes of this length as a whole.
 */
export function openStandardError(): LogOutput {
  if (fstatSync(standardError).isFile()) return throughThreadPool(maxFileWriteBytes)
  const descriptor = openWithoutBlocking()
  return descriptor === undefined
    ? throughThreadPool(maxAtomicPipeWriteBytes)
    : withoutBlocking(descriptor)
}

/**
 * A descriptor of our own for the same pipe or terminal, that does not block: setting O_NONBLOCK on
 * the inherited one would set it for all processes that share it. Undefined where the system cannot
 * do that: on macOS, for a socket, for a pipe of another user.
 */
function openWithoutBlocking(): number | undefined {
  if (process.platform !== 'linux') return undefined
  const { O_WRONLY, O_APPEND, O_NONBLOCK, O_NOCTTY } = constants
  try {
    return openSync(`/proc/self/fd/${standardError}`, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY)
  } catch {
    return undefined
  }
}

/**
 * Writes on this thread, which never waits: a short write into memory costs less than handing it to
 * another thread, and no thread is left behind that waits for a reader and would keep the process
 * from ending.
 */
function withoutBlocking(descriptor: number): LogOutput {
  return {
    maxWriteBytes: maxAtomicPipeWriteBytes,
    write(bytes, done) {
      let written
      try {
        written = writeSync(descriptor, bytes)
      } catch (error) {
        done(error as NodeJS.ErrnoException, 0)
        return
      }
      done(null, written)
    },
    writeNow: (bytes) => writeSync(descriptor, bytes),
  }
}

/**
 * Writes on a thread of Node's pool. If a reader stops reading, one thread of the pool waits for it,
 * and the process cannot end before the reader reads or goes.
 */
function throughThreadPool(maxWriteBytes: number): LogOutput {
  return {
    maxWriteBytes,
    write: (bytes, done) => write(standardError, bytes, done),
    writeNow: (bytes) => writeSync(standardError, bytes),
  }
}
