// Prevents two concurrent installations of one tree: `npm ci` empties node_modules, even while
// another one runs. The lock is a directory with one file, named by its holder's token. It is renamed
// into place, which is atomic and fails while there is a file in the one before it; so whoever
// removes a token's file ends that holder's lock and no other. The holder touches the lock, and one
// that has not been touched for a while belongs to a dead process.
import { randomUUID } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** How long a holder may be silent. It touches the lock far more often than that. */
export const staleMs = 15_000
const pollMs = 200

/**
 * Waits until the lock is free and takes it. `onWait` is called once if another process holds it.
 * Rejects only when the directory cannot be created. A process that was paused for so long that
 * another one has taken over neither touches nor releases the lock of that one.
 *
 * @param {string} folder
 * @param {() => void} onWait
 * @returns {Promise<{ touch(): void, release(): void }>}
 */
export async function takeInstallLock(folder, onWait) {
  const token = randomUUID()
  for (let waited = false; !tryTake(folder, token);) {
    const holder = holderOf(folder)
    if (holder !== undefined && isStale(folder)) {
      release(folder, holder)
      continue
    }
    if (!waited) onWait()
    waited = true
    await setTimeout(pollMs)
  }
  return {
    touch: () => touch(folder, token),
    release: () => release(folder, token),
  }
}

/**
 * The token in a lock; undefined when it is free. A lock without a token is free: its holder was
 * about to remove it.
 *
 * @param {string} folder
 */
function holderOf(folder) {
  return unless(['ENOENT'], () => readdirSync(folder)[0])
}

/**
 * @param {string} folder
 * @param {string} token
 */
function tryTake(folder, token) {
  if (holderOf(folder) !== undefined) return false
  const filled = `${folder}-${token}`
  mkdirSync(filled)
  try {
    writeFileSync(join(filled, token), '')
    renameSync(filled, folder)
    return true
  } catch (error) {
    if (isOneOf(error, taken)) return false
    throw error
  } finally {
    rmSync(filled, { recursive: true, force: true })
  }
}

/** @param {string} folder */
function isStale(folder) {
  const stats = statSync(folder, { throwIfNoEntry: false })
  return stats !== undefined && Date.now() - stats.mtimeMs > staleMs
}

/**
 * Ends the lock of one holder, itself or a dead one, and does nothing if another holds it.
 *
 * @param {string} folder
 * @param {string} token
 */
function release(folder, token) {
  unless(['ENOENT', ...taken], () => {
    unlinkSync(join(folder, token))
    rmdirSync(folder)
  })
}

/**
 * @param {string} folder
 * @param {string} token
 */
function touch(folder, token) {
  const now = new Date()
  if (holderOf(folder) === token) unless(['ENOENT'], () => utimesSync(folder, now, now))
}

/** What the system says of a directory that is not empty. */
const taken = ['ENOTEMPTY', 'EEXIST']

/**
 * What a function returns; undefined if it fails with one of some codes.
 *
 * @template T
 * @param {readonly string[]} codes
 * @param {() => T} run
 */
function unless(codes, run) {
  try {
    return run()
  } catch (error) {
    if (isOneOf(error, codes)) return undefined
    throw error
  }
}

/**
 * @param {unknown} error
 * @param {readonly string[]} codes
 */
function isOneOf(error, codes) {
  return codes.includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')
}
