import { SeededRandom } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { storeServerKinds } from './crash/store-servers.ts'
import { type StoredExchange, StoreWriter } from './crash/store-writer.ts'
import { exchangeProblems } from './crash/stored-exchanges.ts'
import { waitFor } from './support/wait-for.ts'

const kills = 3
const conversations = Array.from({ length: 20 }, (_, index) => `conversation-${index}`)

it.each(storeServerKinds)(
  'nothing that a store of type $name acknowledged is lost or doubled when its server is killed',
  async (kind) => {
    await using server = await kind.start()
    const store = await kind.open(server.url, 'writer')
    const told: StoredExchange[] = []
    const writers = conversations.map(
      (id, index) =>
        new StoreWriter({
          store,
          id,
          random: new SeededRandom(index),
          stored: (exchange) => told.push(exchange),
        }),
    )
    const running = Promise.all(writers.map((writer) => writer.run()))
    const more = (count: number) => {
      const before = told.length
      return waitFor('further turns', () => told.length >= before + count)
    }
    for (let kill = 0; kill < kills; kill++) {
      await more(30 + 7 * kill)
      await server.kill()
      await server.restart()
    }
    await more(40)
    for (const writer of writers) writer.stop()
    await running
    expect(await exchangeProblems(store, conversations, told)).toEqual([])
    await store.close()
  },
  90_000,
)
