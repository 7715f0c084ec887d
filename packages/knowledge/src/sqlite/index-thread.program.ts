import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import type { IndexAnswer, IndexJob } from './index-messages.ts'
import { SqliteIndex, type SqliteIndexOptions } from './sqlite-index.ts'

if (parentPort !== null) serve(parentPort, workerData as SqliteIndexOptions)

/** Does what its process asks for, one thing after another. The first answer says that it is open. */
function serve(port: MessagePort, options: SqliteIndexOptions): void {
  let index: SqliteIndex
  try {
    index = new SqliteIndex(options)
  } catch (error) {
    port.postMessage({ error: messageOf(error) } satisfies IndexAnswer)
    return
  }
  port.postMessage({} satisfies IndexAnswer)
  port.on('message', (job: IndexJob | 'close') => {
    if (job === 'close') {
      index.close()
      port.close()
    } else {
      port.postMessage(answer(index, job))
    }
  })
}

function answer(index: SqliteIndex, { list, operation }: IndexJob): IndexAnswer {
  try {
    const perform = index[operation] as (...list: readonly unknown[]) => unknown
    return { result: perform.apply(index, [...list]) }
  } catch (error) {
    return { error: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
