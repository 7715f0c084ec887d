import { writeSync } from 'node:fs'
import { newConversation } from '../../new-conversation.ts'
import { createSqliteStore } from './sqlite-store.ts'

/** Stores conversations c1, c2, … and prints each number once it is acknowledged. */
const path = process.argv[2] ?? ''
const store = createSqliteStore({ path, clock: Date, ttlMs: undefined })
for (let number = 1; number <= 100_000; number++) {
  const request = { tenant: 'a' }
  const conversation = newConversation({ id: `c${number}`, request, store: '', nowMs: 0 })
  await store.append({ expectedRevision: null, conversation, turns: [] })
  writeSync(1, `${number}\n`)
}
