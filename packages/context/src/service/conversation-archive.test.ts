import { describe, expect, it } from 'vitest'
import { assistant, user } from '../turns/test-support/items.ts'
import type { Conversations } from './conversations.ts'
import { openConversations, say, turnRequest } from './test-support/conversation-bench.ts'

const tenant = 'team/app'
const id = 'chat-1'

type Line = Record<string, unknown> & { ccp: Record<string, unknown> }

function nth(lines: readonly Line[], index: number): Line {
  const line = lines.at(index)
  if (line === undefined) throw new Error(`there is no line ${index}`)
  return line
}

async function exported(conversations: Conversations, of = id, withSeals = true): Promise<Line[]> {
  const lines: object[] = []
  const pages = await conversations.archive.export({ tenant, id: of, withSeals })
  for await (const page of pages) lines.push(...page)
  return structuredClone(lines) as Line[]
}

const sealed = {
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: 'hm' }],
  signature: 'SEAL',
} as const

/** A conversation with two branches, a failed turn, a seal, pins, variables and a subject. */
async function grown(turns = 3) {
  const bench = openConversations()
  const { conversations } = bench
  await conversations.create({
    tenant,
    id,
    metadata: { a: 'b' },
    variables: { city: 'Rome' },
    subject: 'user:1',
    retention: { expires_at: null, legal_hold: true },
  })
  const ids: string[] = []
  for (let number = 1; number <= turns; number++) {
    const { turn } = await say(conversations, [user(`q${number}`)], [sealed, assistant('A')])
    ids.push(turn.id)
  }
  const [first = ''] = ids
  const reference = { tenant, id }
  await conversations.tree.fork(reference, { fromTurn: first, name: 'other', select: true })
  await say(conversations, [user('b2')], [assistant('B')])
  const failed = await conversations.begin(turnRequest([user('never')]))
  await failed.finish({ status: 'failed', output: [], usage: undefined, model: 'model-a' })
  await conversations.tree.selectBranch(reference, 'main')
  await conversations.tree.pin(reference, first, true)
  return { ...bench, first }
}

/** The lines with every id replaced by where it stands. */
function withoutIds(lines: readonly object[]): unknown {
  const text = JSON.stringify(lines)
  const seen = new Map<string, string>()
  return JSON.parse(
    text.replaceAll(/"((?:conv_|turn_|plan_)[0-9A-Z]{26}|chat-1)"/g, (_, one: string) => {
      if (!seen.has(one)) seen.set(one, `id ${seen.size}`)
      return `"${seen.get(one)}"`
    }),
  )
}

describe('export and import', () => {
  it.each([[true], [false]])('give the same again, but for ids; seals: %s', async (withSeals) => {
    const { conversations } = await grown()
    const lines = await exported(conversations, id, withSeals)
    expect(JSON.stringify(lines).includes('SEAL')).toBe(withSeals)
    const copy = await conversations.archive.import({ tenant, lines, keepIds: false })
    expect(copy.id).not.toBe(id)
    expect(withoutIds(await exported(conversations, copy.id, withSeals))).toEqual(withoutIds(lines))
    const { turns } = await conversations.tree.turns(tenant, copy.id, { branch: 'other' })
    expect(turns.map(({ input }) => input)).toHaveLength(3)
    expect(await conversations.tree.turn(tenant, copy.id, turns[2]?.id ?? '')).toMatchObject({
      pinned: true,
    })
  })

  it('goes on where the original stood', async () => {
    const { conversations } = await grown()
    const lines = await exported(conversations)
    const { id: copy } = await conversations.archive.import({ tenant, lines, keepIds: false })
    const next = await say(conversations, [user('next')], [assistant('N')], { conversation: copy })
    expect(next.sent.filter((text) => text.startsWith('user'))).toHaveLength(4)
  })

  it('of many turns is made part by part, and keeps ids and the hold if told to', async () => {
    const { conversations, store } = await grown(450)
    const lines = await exported(conversations)
    expect(lines.length).toBeGreaterThan(450)
    await conversations.update({ tenant, id }, { retention: { legal_hold: false } })
    await expect(
      conversations.archive.import({ tenant, lines, keepIds: true }),
    ).rejects.toMatchObject({ status: 409, code: 'conversation_exists' })
    await conversations.remove(tenant, id)
    let appends = 0
    const counted = {
      ...store,
      append: (change: Parameters<typeof store.append>[0]) => {
        appends++
        expect(change.turns.length).toBeLessThanOrEqual(200)
        return store.append(change)
      },
    }
    const { conversations: other } = openConversations({ store: counted })
    const kept = await other.archive.import({ tenant, lines, keepIds: true })
    expect(appends).toBe(3 + 19)
    expect(kept).toMatchObject({
      id,
      ccp: { retention: { legal_hold: true }, revision: nth(lines, 0).ccp['revision'] },
    })
    const again = await exported(conversations)
    expect(again.filter(({ object }) => object === 'ccp.turn').map((turn) => turn['id'])).toEqual(
      lines.filter(({ object }) => object === 'ccp.turn').map((turn) => turn['id']),
    )
  })

  it('leaves nothing when a part cannot be stored', async () => {
    const { conversations, store } = await grown()
    const lines = await exported(conversations)
    const broken = {
      ...store,
      append: (change: Parameters<typeof store.append>[0]) =>
        change.expectedRevision === null ? store.append(change) : Promise.reject(new Error('full')),
    }
    const { conversations: other } = openConversations({ store: broken })
    await expect(other.archive.import({ tenant, lines, keepIds: false })).rejects.toMatchObject({
      status: 503,
    })
    const { conversations: left } = await conversations.list(tenant, {})
    expect(left.map((one) => one.id)).toEqual([id])
  })

  it('of a subject that was erased while it was on its way stores nothing', async () => {
    const { conversations } = await grown()
    const lines = await exported(conversations)
    const { clock, conversations: other } = openConversations()
    const receivedMs = clock.monotonicMs()
    await clock.advance(100)
    await other.eraseSubject(tenant, 'user:1')
    await clock.advance(100)
    const copy = { tenant, lines, keepIds: false }
    await expect(other.archive.import({ ...copy, receivedMs })).rejects.toMatchObject({
      status: 410,
      code: 'subject_erased',
    })
    expect((await other.archive.import(copy)).ccp.subject).toBe('user:1')
  })

  it('is of what was there when it began, and ends when that is deleted', async () => {
    const { conversations } = openConversations()
    for (let number = 1; number <= 25; number++) {
      await say(conversations, [user(`q${number}`)], [assistant('A')])
    }
    const pages = await conversations.archive.export({ tenant, id, withSeals: false })
    await pages.next()
    await say(conversations, [user('later')], [assistant('A')])
    const rest: object[] = []
    for (;;) {
      const page = await pages.next()
      if (page.done === true) break
      rest.push(...page.value)
    }
    expect(rest.filter((line) => 'seq' in line)).toHaveLength(25)
    const others = await conversations.archive.export({ tenant, id, withSeals: false })
    await others.next()
    await conversations.remove(tenant, id)
    await expect(others.next()).rejects.toMatchObject({ code: 'conversation_not_found' })
  })
})

describe('an import that is wrong', () => {
  it.each([
    ['no lines', (lines: Line[]) => lines.splice(0), 1],
    ['no conversation', (lines: Line[]) => lines.shift(), 1],
    ['another version', (lines: Line[]) => (nth(lines, 0).ccp['version'] = 'v9'), 1],
    ['a wrong id', (lines: Line[]) => (nth(lines, 0)['id'] = 'a b'), 1],
    [
      'metadata that is too much',
      (lines: Line[]) => (nth(lines, 0)['metadata'] = { a: 'x'.repeat(600) }),
      1,
    ],
    ['variables of other types', (lines: Line[]) => (nth(lines, 0).ccp['variables'] = { a: 1 }), 1],
    [
      'a past',
      (lines: Line[]) => (nth(lines, 0).ccp['retention'] = { expires_at: 1, legal_hold: false }),
      1,
    ],
    [
      'a branch without turns',
      (lines: Line[]) => (nth(lines, 0).ccp['branches'] = { main: 'x' }),
      1,
    ],
    [
      'a branch of a wrong name',
      (lines: Line[]) => (nth(lines, 0).ccp['branches'] = { 'a b': 'x' }),
      1,
    ],
    ['another head', (lines: Line[]) => (nth(lines, 0).ccp['head'] = null), 1],
    ['other pins', (lines: Line[]) => (nth(lines, 0).ccp['pinned'] = []), 1],
    [
      'pins twice',
      (lines: Line[]) => (nth(lines, 0).ccp['pinned'] = [nth(lines, 0).ccp['pinned'], 'x'].flat()),
      1,
    ],
    ['a line of something else', (lines: Line[]) => (nth(lines, 1)['object'] = 'turn'), 2],
    [
      'a turn that is its own parent',
      (lines: Line[]) => (nth(lines, 1)['parent'] = nth(lines, 1)['id']),
      2,
    ],
    [
      'a parent that comes later',
      (lines: Line[]) => (nth(lines, 2)['parent'] = nth(lines, 3)['id']),
      3,
    ],
    ['a turn twice', (lines: Line[]) => (nth(lines, 3)['id'] = nth(lines, 2)['id']), 4],
    ['turns in another order', (lines: Line[]) => (nth(lines, 3)['seq'] = 1), 4],
    ['an unknown status', (lines: Line[]) => (nth(lines, 2)['status'] = 'done'), 3],
    ['an unknown turn superseded', (lines: Line[]) => (nth(lines, 2)['supersedes'] = 'turn_x'), 3],
    ['items that are none', (lines: Line[]) => (nth(lines, 2)['input'] = [{ type: 'message' }]), 3],
    ['items without ids', (lines: Line[]) => (nth(lines, 2)['input'] = [user('x')]), 3],
    ['no items', (lines: Line[]) => (nth(lines, 2)['output'] = 'text'), 3],
    [
      'an unknown turn left out',
      (lines: Line[]) => (nth(lines, 2)['left_out'] = { before: null, turns: ['x'] }),
      3,
    ],
    ['a turn after the plans', (lines: Line[]) => lines.push(nth(lines, 2)), 12],
    ['a plan twice', (lines: Line[]) => lines.push(nth(lines, -1)), 12],
    ['a wrong number', (lines: Line[]) => (nth(lines, 2)['created_at'] = -1), 3],
  ])('%s: is refused with its line', async (_, change, line) => {
    const { conversations } = await grown()
    const lines = await exported(conversations)
    change(lines)
    await expect(
      conversations.archive.import({ tenant, lines, keepIds: false }),
    ).rejects.toMatchObject({
      status: 400,
      code: 'invalid_import',
      param: `line ${line}`,
      message: expect.stringContaining(`Line ${line}: `),
    })
    const { conversations: left } = await conversations.list(tenant, {})
    expect(left).toHaveLength(1)
  })

  it('takes time in proportion to its lines, also where a plan nests deep', async () => {
    const { conversations } = await grown()
    const lines = await exported(conversations)
    let deep: unknown = {}
    for (let level = 0; level < 500; level++) deep = { deep }
    nth(lines, -1)['deep'] = deep
    const copy = await conversations.archive.import({ tenant, lines, keepIds: false })
    expect(copy.ccp.turns).toBe(5)
  })
})
