import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { variableOf } from '../declarations/declaration.ts'
import { nodeVersionProblem } from '../node-version.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** That the group or others may pass through a folder, and read a file. */
const othersPass = 0o011
const othersRead = 0o044

/** Whether this Node.js can run Fairlead. */
export function checkNode(version: string, executable: string): Finding {
  const reason = nodeVersionProblem(version, executable)
  if (reason === undefined) return ok('Node.js', version)
  return problem('Node.js', reason, 'Or take the container image, which has its own.')
}

/** Whether a data directory can be written, and read by nobody else. */
export function checkDataDir(path: string): Finding {
  const check = 'data directory'
  const folder = resolve(path)
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats === undefined) {
    return isWritable(nearestFolder(folder))
      ? ok(check, `${folder} will be made at the first start`)
      : problem(check, `${folder} cannot be made`, 'Choose another --data-dir.')
  }
  if (!stats.isDirectory()) {
    return problem(check, `${folder} is no directory`, 'Choose another --data-dir.')
  }
  if (!isWritable(folder)) {
    const remedy = 'Run as its owner, or choose another --data-dir.'
    return problem(check, `${folder} cannot be written by this user`, remedy)
  }
  const open = ['kubeconfig', 'endpoints.json']
    .map((name) => join(folder, name))
    .filter((each) => ((statSync(each, { throwIfNoEntry: false })?.mode ?? 0) & othersRead) !== 0)
  if ((stats.mode & othersPass) !== 0 && open.length > 0) {
    const message = `others can read ${open.join(', ')}, where keys are`
    return warning(check, message, `chmod -R go= ${folder}`)
  }
  return ok(check, folder)
}

/** The process that uses a data directory; undefined if none does. */
export function dataDirUser(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(path, 'lock'), 'utf8'))
    // Signal 0 only asks whether it is there.
    process.kill(pid, 0)
    return pid
  } catch {
    return undefined
  }
}

/** Whether ports can be listened on; `holder` is the Fairlead that may hold them. */
export async function checkPorts(
  host: string,
  ports: Readonly<Record<string, number>>,
  holder: number | undefined,
): Promise<readonly Finding[]> {
  return Promise.all(
    Object.entries(ports).map(async ([flag, port]) => {
      const check = `port ${port}`
      const code = await listeningError(host, port)
      const remedy = `Stop what listens there, or start with another --${flag} (${variableOf(flag)}); 0 picks a free one.`
      if (code === undefined) return ok(check, `free, for --${flag}`)
      if (code === 'EADDRINUSE') {
        return holder === undefined
          ? problem(check, `in use on ${host}`, remedy)
          : ok(check, `in use, while the Fairlead of the data directory runs (process ${holder})`)
      }
      return problem(check, `cannot be listened on at ${host}: ${code}`, remedy)
    }),
  )
}

function listeningError(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    server.listen({ host, port }, () => server.close(() => done(undefined)))
  })
}

/** The folder, or the one above it that is there. */
function nearestFolder(folder: string): string {
  let nearest = folder
  while (statSync(nearest, { throwIfNoEntry: false }) === undefined) nearest = dirname(nearest)
  return nearest
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
