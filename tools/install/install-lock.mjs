// Prevents two concurrent installations of one tree: `npm ci` empties node_modules, even while
// another one runs. The lock is a directory, because creating one is atomic everywhere; its holder
// touches it, and one that has not been touched for a while belongs to a dead process.
import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** How long a holder may be silent. It touches the lock far more often than that. */
export const staleMs = 15_000
const pollMs = 200

/**
 * Waits until the lock is free and takes it. `onWait` is called once if another process holds it.
 * Rejects only when the directory cannot be created.
 *
 * @param {string} folder
 * @param {() => void} onWait
 * @returns {Promise<{ touch(): void, release(): void }>}
 */
export async function takeInstallLock(folder, onWait) {
  for (let attempt = 0; !tryMake(folder); attempt++) {
    if (attempt === 0 && !isStale(folder)) onWait()
    if (isStale(folder)) removeStale(folder)
    else await setTimeout(pollMs)
  }
  return {
    touch: () => touch(folder),
    release: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** @param {string} folder */
function tryMake(folder) {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} folder */
function isStale(folder) {
  const stats = statSync(folder, { throwIfNoEntry: false })
  return stats !== undefined && Date.now() - stats.mtimeMs > staleMs
}

/**
 * Renamed first, then removed: only one of several waiters can rename it. If another waiter was
 * faster, the renamed directory is its new lock and is put back.
 *
 * @param {string} folder
 */
function removeStale(folder) {
  const aside = `${folder}-${process.pid}`
  try {
    renameSync(folder, aside)
    if (isStale(aside)) rmSync(aside, { recursive: true, force: true })
    else renameSync(aside, folder)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
  }
}

/** @param {string} folder */
function touch(folder) {
  const now = new Date()
  try {
    utimesSync(folder, now, now)
  } catch (error) {
    // Taken over while this process was paused for long; there is no lock left to touch.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
  }
}
