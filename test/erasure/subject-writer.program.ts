import { randomUUID } from 'node:crypto'
import { silentLogger, sleep, systemClock } from '@fairlead/base'
import { forgottenPlan } from '../../packages/context/src/plan/forgotten-plan.ts'
import { openEncrypted } from '../../packages/context/src/encryption/open-encrypted.ts'
import {
  conversationAt,
  ended,
  text,
  turnOf,
} from '../../packages/context/src/stores/test-support/turns.ts'
import { storeServerKinds } from '../crash/store-servers.ts'
import { subject, tenant } from './written-subject.ts'

// Stores conversations of one subject, with all that may belong to them, until it is told to stop. What it
// stores says how often the subject had been erased when it was begun: the kind of store, its address, the
// key of its encryption or nothing.

const [kindName = '', url = '', key = '', lanes = '3'] = process.argv.slice(2)
const kind = storeServerKinds.find(({ name }) => name === kindName)
if (kind === undefined) throw new Error(`there is no kind ${kindName}`)
const opened = await kind.open(url, `writer/${randomUUID()}`)
const tools = { clock: systemClock, logger: silentLogger }
const store =
  key === ''
    ? opened
    : (await openEncrypted(opened, { current: key, previous: undefined }, tools)).store
const pauseMs = 40
let isStopped = false
process.on('message', () => (isStopped = true))
process.send?.('begun')
await Promise.all(Array.from({ length: Number(lanes) }, () => writeAll()))
await store.close()
process.exit(0)

async function writeAll(): Promise<void> {
  // What is refused because the subject was erased, or cannot be stored any more, is what it is about.
  while (!isStopped) {
    await writeOne().catch(() => {})
    // So that erasing is faster than writing.
    await sleep(systemClock, pauseMs)
  }
}

async function writeOne(): Promise<void> {
  const { count } = await store.erasures(tenant, subject)
  const mark = `begun-${count}.`
  const id = `conv-${randomUUID()}`
  const { ccp, ...rest } = conversationAt(1, tenant, id)
  const said = [{ type: 'message', role: 'user', id: `msg-${id}`, content: text(mark) }] as const
  const turn = turnOf(id, 1, { id: `turn-${id}`, input: said, plan: `plan-${id}` })
  const conversation = { ...rest, metadata: { mark }, ccp: { ...ccp, subject } }
  const plan = forgottenPlan(turn)
  const change = { expectedRevision: null, conversation, turns: [turn], plan, erasures: count }
  if ((await store.append(change)) !== 'stored') return
  const response = { id: `resp-${id}`, tenant, previous: null, conversation: id, created_at: 1 }
  const empty = { output: [], error: null, answered_by: null, completed_at: null }
  const begun = { status: 'in_progress', background: false, body: {}, input: [{ mark }] } as const
  const note = { kind: 'note', tenant, id, body: { mark }, expiresAtMs: null }
  await Promise.all([
    store.responses.add({ ...response, ...begun, ...empty }),
    store.records.put({ ...note, owner: id }, null),
    store.records.put({ ...note, owner: `subject:${subject}` }, null, count),
    store.flush([{ tenant, conversation: id, turn: turn.id, output: said }]),
  ])
  const frames = { firstFrame: 0, frames: [mark], output: [{ mark }] }
  const end = { body: { mark }, error: null, answeredBy: null, completedAt: 2 }
  await store.responses.finish({
    tenant,
    id: response.id,
    status: 'completed',
    ...end,
    ...frames,
  })
  await store.finish(tenant, { turn: { ...ended(turn), output: said } })
}
