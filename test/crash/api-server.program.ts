import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { parseJson } from '@fairlead/base'
import { SeededRandom } from '@fairlead/base/testing'
import { ApiConnection, type Reached } from './api-connection.ts'
import { revisionOf, SteadyWatcher } from './steady-watcher.ts'
import { type Written, WrittenObjects } from './written-objects.ts'

// npm run crash:apiserver -- --kills 100: the API server is killed while objects are created, changed
// and deleted over HTTP, and must have lost nothing that it acknowledged, used no revision twice, and
// let no watch miss a change without telling it.
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    writers: { type: 'string', default: '8' },
    watchers: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
  },
})
const killDelayMsMax = 200
const objectsOfWriter = 5
const path = '/api/v1/namespaces/default/configmaps'
const child = fileURLToPath(new URL('api-server-child.program.ts', import.meta.url))

const random = new SeededRandom(Number(values.seed))
const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-killed-'))
const written = new WrittenObjects()
const watchers = Array.from(
  { length: Number(values.watchers) },
  () => new SteadyWatcher(path, written.problems),
)
let kills = 0
try {
  while (kills < Number(values.kills)) {
    await live()
    kills += 1
  }
  const server = await start()
  await compare(server.connection)
  await server.kill()
} finally {
  rmSync(dataDir, { recursive: true, force: true })
}
const sum = (count: (watcher: SteadyWatcher) => number): number =>
  watchers.reduce((total, watcher) => total + count(watcher), 0)
process.stdout.write(
  `${kills} kills: ${written.acknowledged} writes acknowledged, ` +
    `${sum(({ expired }) => expired)} watches told to list again, ` +
    `${written.problems.length} problems\n`,
)
for (const problem of written.problems.slice(0, 20)) process.stdout.write(`${problem}\n`)
process.exit(written.problems.length === 0 && kills > 0 ? 0 : 1)

/** One life of the server, from its start to its death. */
async function live(): Promise<void> {
  const server = await start()
  await compare(server.connection)
  const watching = watchers.map((watcher) => watcher.watch(server.connection))
  const before = written.acknowledged
  const writing = Array.from({ length: Number(values.writers) }, (_, index) =>
    write(server.connection, index),
  )
  while (written.acknowledged === before) await pause(1)
  await pause(random.below(killDelayMsMax))
  await server.kill()
  await Promise.all([...watching, ...writing])
  for (const watcher of watchers) watcher.judge(written)
}

async function start() {
  const running = spawn(process.execPath, ['--conditions=source', child, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: running.stdout }), 'line')) as [string]
  const connection = new ApiConnection(parseJson(line) as Reached)
  return {
    connection,
    async kill() {
      const exited = once(running, 'exit')
      running.kill('SIGKILL')
      await exited
      connection.close()
    },
  }
}

async function compare(connection: ApiConnection): Promise<void> {
  const { body } = await connection.send('GET', path)
  const items = Array.isArray(body['items']) ? body['items'] : []
  const found = new Map<string, Written>()
  for (const item of items) {
    const { metadata, data } = item as { metadata: { name: string }; data?: { value: string } }
    found.set(metadata.name, { revision: revisionOf(item), value: data?.value ?? '' })
  }
  written.judge(found, revisionOf(body))
}

/** Writes to its own objects until the server is gone. */
async function write(connection: ApiConnection, writer: number): Promise<void> {
  try {
    for (let index = 0; ; index++)
      await writeOnce(connection, `w${writer}-${index % objectsOfWriter}`)
  } catch {
    // The server has been killed.
  }
}

async function writeOnce(connection: ApiConnection, name: string): Promise<void> {
  const known = written.known(name)
  const value = String(random.below(1_000_000_000))
  if (known !== undefined && random.below(4) === 0) {
    written.begins(name, undefined)
    const { status } = await connection.send('DELETE', `${path}/${name}`)
    return accept(name, status, undefined)
  }
  written.begins(name, value)
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } }
  const { status, body } =
    known === undefined
      ? await connection.send('POST', path, object)
      : await connection.send('PUT', `${path}/${name}`, object)
  accept(name, status, { revision: revisionOf(body), value })
}

function accept(name: string, status: number, result: Written | undefined): void {
  if (status === 200 || status === 201) written.ends(name, result)
  else written.problems.push(`a write to ${name} got ${status}`)
}
