// Installs the dependencies when they are missing or other than package-lock.json says. Runs on any
// Node from 20 on, before the pinned Node is there; once installed, `node` in every npm script is
// the pinned one, because npm puts node_modules/.bin first in PATH.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { takeInstallLock } from './install/install-lock.mjs'
import { differencesOf, pathsToInstall, pinnedNodeVersion } from './install/installed-tree.mjs'

/** @import { LockedPackages, Machine } from './install/installed-tree.mjs' */

const root = fileURLToPath(new URL('..', import.meta.url))
const tickMs = 1000
/** How often progress is told where it cannot be written over: a log, a pipe. */
const sparseMs = 10_000

const advice = `Dependencies are not installed. What usually helps:
  no network, or a proxy     see that \`npm ping\` succeeds, and run again
  package.json was changed   npm run lock, and run again
  anything else              rm -r node_modules, and run again`

const machine = thisMachine()
const locked = packagesIn('package-lock.json')
if (locked === undefined)
  fail('package-lock.json is missing or broken: git checkout package-lock.json')
if (problem(locked) !== undefined) await install(locked)

/**
 * One at a time; whoever had to wait looks again, for the other may have done it.
 *
 * @param {LockedPackages} packages
 */
async function install(packages) {
  const lock = await takeInstallLock(join(root, '.install-lock'), () =>
    say('another process is installing the dependencies; waiting for it'),
  )
  /** @type {string | undefined} */
  let failure
  try {
    if (problem(packages) === undefined) return
    const { code, output } = await npmCi(packages, () => lock.touch())
    if (code === 0) {
      const left = problem(packages)
      if (left !== undefined) failure = `npm ci succeeded, and still ${left}`
    } else {
      failure = `${output}npm ci failed${code === null ? '' : ` with exit code ${code}`}`
    }
  } finally {
    lock.release()
  }
  if (failure !== undefined) fail(`${failure}\n${advice}`)
}

/**
 * Why the tree cannot be used, or undefined if it can.
 *
 * @param {LockedPackages} packages
 * @returns {string | undefined}
 */
function problem(packages) {
  const installed = packagesIn('node_modules/.package-lock.json')
  if (installed === undefined) return 'nothing is installed'
  const [first] = differencesOf(packages, installed)
  return first ?? nodeProblem(pinnedNodeVersion(packages, machine))
}

/**
 * Records may be right and the program cut short, or of the machine that the folder was copied from.
 *
 * @param {string | undefined} pinned
 * @returns {string | undefined}
 */
function nodeProblem(pinned) {
  if (pinned === undefined) return undefined
  const path = join(root, 'node_modules/.bin/node')
  const { error, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  if (stdout?.trim() === `v${pinned}`) return undefined
  return `the pinned Node ${pinned} does not run (${error?.message ?? `it says "${stdout}"`})`
}

/**
 * npm by the Node that runs this: the one in node_modules is about to be removed.
 *
 * @param {LockedPackages} packages
 * @param {() => void} onTick
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function npmCi(packages, onTick) {
  const npm = process.env['npm_execpath']
  const [command, ...before] = npm?.endsWith('npm-cli.js') ? [process.execPath, npm] : ['npm']
  // Whatever the surroundings say (NODE_ENV=production): the tools are needed. No package that we
  // use has to run a script of its own.
  const flags = ['--include=dev', '--include=optional', '--ignore-scripts', '--loglevel=error']
  const child = spawn(command, [...before, 'ci', '--no-audit', '--no-fund', ...flags], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output += String(chunk)))
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal))
  }
  const progress = startProgress(pathsToInstall(packages, machine), onTick)
  return new Promise((resolve) => {
    child.once('error', ({ message }) =>
      resolve(progress.stop({ code: null, output: `${message}\n` })),
    )
    child.once('close', (code) => resolve(progress.stop({ code, output })))
  })
}

/**
 * Tells how far the installation is: on a terminal in one line, elsewhere in few.
 *
 * @param {string[]} paths
 * @param {() => void} onTick
 */
function startProgress(paths, onTick) {
  const began = Date.now()
  const seconds = () => Math.round((Date.now() - began) / 1000)
  const isTerminal = process.stderr.isTTY
  say(`installing ${paths.length} packages (npm ci), once for this version of package-lock.json`)
  let lastTold = began
  const timer = setInterval(() => {
    onTick()
    if (!isTerminal && Date.now() - lastTold < sparseMs) return
    lastTold = Date.now()
    const there = paths.filter((path) => existsSync(join(root, path, 'package.json'))).length
    const line = `  ${there} of ${paths.length} packages after ${seconds()} s`
    process.stderr.write(isTerminal ? `\r${line} ` : `${line}\n`)
  }, tickMs)
  return {
    /**
     * @param {{ code: number | null, output: string }} result
     */
    stop(result) {
      clearInterval(timer)
      if (isTerminal) process.stderr.write('\r\u001B[K')
      if (result.code === 0) say(`installed ${paths.length} packages in ${seconds()} s`)
      return result
    },
  }
}

/** @returns {Machine} */
function thisMachine() {
  const { platform, arch: architecture } = process
  if (platform !== 'linux') return { platform, architecture, libc: undefined }
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  )
  const libc = report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
  return { platform, architecture, libc }
}

/**
 * @param {string} file
 * @returns {LockedPackages | undefined}
 */
function packagesIn(file) {
  try {
    const { packages } = /** @type {{ packages: LockedPackages }} */ (
      JSON.parse(readFileSync(join(root, file), 'utf8'))
    )
    return packages
  } catch {
    return undefined
  }
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  say(message)
  process.exit(1)
}
