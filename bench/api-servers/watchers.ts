import type { IncomingMessage } from 'node:http'
import { ApiServerClient } from './api-server-client.ts'
import type { BenchedApiServer } from './api-server.ts'

/** Watches that are open at the same time, each on a connection of its own. */
interface Watchers {
  /** Makes a change and resolves to how long it took from then until every watcher had heard of it. */
  changeMs(change: () => Promise<unknown>, marker: string): Promise<number>
  close(): void
}

/** Opens `count` watches of a collection for changes that are yet to come. */
export async function openWatchers(
  server: BenchedApiServer,
  collection: string,
  count: number,
): Promise<Watchers> {
  const client = new ApiServerClient(server, count)
  const path = `${collection}?watch=1&resourceVersion=${await newest(client, collection)}`
  const watches: IncomingMessage[] = []
  const atOnce = 50
  while (watches.length < count) {
    const missing = Math.min(atOnce, count - watches.length)
    const opened = Array.from({ length: missing }, () => client.open('GET', path))
    watches.push(...(await Promise.all(opened)))
  }
  return {
    async changeMs(change, marker) {
      const start = performance.now()
      const heard = Promise.all(watches.map((watch) => heardOf(watch, marker)))
      await change()
      await heard
      return performance.now() - start
    },
    close: () => client.close(),
  }
}

/** The resource version of a collection, as a list of one object tells it. */
async function newest(client: ApiServerClient, collection: string): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of await client.open('GET', `${collection}?limit=1`)) {
    parts.push(part as Buffer)
  }
  const list = JSON.parse(Buffer.concat(parts).toString()) as {
    readonly metadata: { readonly resourceVersion: string }
  }
  return list.metadata.resourceVersion
}

function heardOf(watch: IncomingMessage, marker: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const hear = (part: Buffer) => {
      text += part.toString('latin1')
      if (!text.includes(marker)) return
      watch.off('data', hear).off('end', ended)
      resolve()
    }
    const ended = () => reject(new Error('a watch ended before it told of the change'))
    watch.on('data', hear).once('end', ended)
  })
}
