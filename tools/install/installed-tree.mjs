// Checks what npm installed against the lock file. Pure: takes the contents of the two files,
// returns findings. JavaScript, because it runs before the pinned Node is available.

/**
 * One entry of `packages` in package-lock.json, or in npm's own record of what it installed,
 * node_modules/.package-lock.json.
 *
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {string} [resolved] of a link: the folder in the repository
 * @property {boolean} [link]
 * @property {boolean} [optional]
 * @property {string | string[]} [os]
 * @property {string | string[]} [cpu]
 * @property {string | string[]} [libc]
 * @property {Record<string, string>} [bin]
 *
 * @typedef {Readonly<Record<string, LockedPackage>>} LockedPackages by path, such as `node_modules/x`
 *
 * @typedef {object} Machine
 * @property {string} platform as in `process.platform`
 * @property {string} architecture as in `process.arch`
 * @property {string | undefined} libc `glibc` or `musl` on Linux
 */

/**
 * What is missing, has another version or is extraneous, one finding each; empty when the tree is
 * as locked. Optional packages may be missing: npm omits those of other platforms.
 *
 * @param {LockedPackages} locked
 * @param {LockedPackages} installed
 * @returns {string[]}
 */
export function differencesOf(locked, installed) {
  const wanted = Object.entries(locked).filter(([path]) => isInstalledPath(path))
  const wrong = wanted
    .filter(([path, entry]) => {
      const present = installed[path]
      if (present === undefined) return entry.optional !== true
      return entry.link === true
        ? present.resolved !== entry.resolved
        : present.version !== entry.version
    })
    .map(
      ([path]) => `${path} is ${installed[path] === undefined ? 'missing' : 'not the locked one'}`,
    )
  const leftOver = Object.keys(installed)
    .filter((path) => isInstalledPath(path) && locked[path] === undefined)
    .map((path) => `${path} is not in the lock file`)
  return [...wrong, ...leftOver]
}

/**
 * The paths that an installation on this machine creates, without links to our own packages.
 *
 * @param {LockedPackages} locked
 * @param {Machine} machine
 * @returns {string[]}
 */
export function pathsToInstall(locked, machine) {
  return Object.entries(locked)
    .filter(([path, entry]) => isInstalledPath(path) && entry.link !== true)
    .filter(([, entry]) => isFor(entry, machine))
    .map(([path]) => path)
}

/**
 * The Node version that the lock file pins for this machine; undefined when no package provides
 * one, so that the Node on PATH is used.
 *
 * @param {LockedPackages} locked
 * @param {Machine} machine
 * @returns {string | undefined}
 */
export function pinnedNodeVersion(locked, machine) {
  return Object.values(locked).find(
    (entry) => entry.bin?.['node'] !== undefined && isFor(entry, machine),
  )?.version
}

/** @param {string} path */
function isInstalledPath(path) {
  return path.includes('node_modules/')
}

/**
 * @param {LockedPackage} entry
 * @param {Machine} machine
 */
function isFor({ os, cpu, libc }, { platform, architecture, libc: own }) {
  return allows(os, platform) && allows(cpu, architecture) && allows(libc, own)
}

/**
 * npm writes one value or a list.
 *
 * @param {string | string[] | undefined} list
 * @param {string | undefined} value
 */
function allows(list, value) {
  return list === undefined || [list].flat().some((each) => each === value)
}
