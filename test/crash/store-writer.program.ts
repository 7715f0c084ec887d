import { randomUUID } from 'node:crypto'
import { sleep, systemClock } from '@fairlead/base'
import { SeededRandom } from '@fairlead/base/testing'
import type { ContextStore } from '@fairlead/context'
import { storeServerKinds } from './store-servers.ts'
import { StoreWriter } from './store-writer.ts'

// One process of writers, which may be killed at any time: the kind of store, its address, the
// conversations. It tells of what is stored, and ends the turns of processes that were killed.

const [kindName = '', url = '', seed = '', ...conversations] = process.argv.slice(2)
const recoverEveryMs = 1000

const store = await opened()
const random = new SeededRandom(Number(seed))
const writers = conversations.map(
  (id) =>
    new StoreWriter({
      store,
      id,
      random: new SeededRandom(random.below(2 ** 31)),
      stored: (exchange) => void process.send?.(exchange),
    }),
)
let isStopped = false
process.on('message', () => {
  isStopped = true
  for (const writer of writers) writer.stop()
})
const recovering = recoverOthers()
await Promise.all(writers.map((writer) => writer.run()))
await recovering
await store.close()
process.exit(0)

async function opened(): Promise<ContextStore> {
  const kind = storeServerKinds.find(({ name }) => name === kindName)
  if (kind === undefined) throw new Error(`there is no kind ${kindName}`)
  for (;;) {
    try {
      return await kind.open(url, `writer/${randomUUID()}`)
    } catch {
      await sleep(systemClock, 50)
    }
  }
}

async function recoverOthers(): Promise<void> {
  while (!isStopped) {
    await sleep(systemClock, recoverEveryMs)
    await store.recover(3).catch(() => {})
  }
}
