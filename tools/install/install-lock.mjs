// Keeps two installations of one tree apart: `npm ci` empties node_modules, also under the feet of
// another one. The lock is a folder, because making one is atomic everywhere; whoever holds it
// touches it, and one that nobody has touched for a while belongs to a process that is gone.
import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** How long a holder may be silent. It touches the lock far more often than that. */
export const staleMs = 15_000
const pollMs = 200

/**
 * Waits until the lock is free and takes it. `onWait` is called once if somebody else holds it.
 * Rejects only when the folder cannot be made.
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
 * Out of the way first, then away: of several that wait only one can rename it. If another waiter
 * was quicker, what was moved is its fresh lock, and goes back.
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
    // Taken over after a long pause of this process; there is nothing to keep any more.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
  }
}
