import { describe, expect, it } from 'vitest'
import { conversationClient } from './test-support/conversation-client.ts'

describe('branches over HTTP', () => {
  it('forks, selects, renames and deletes', async () => {
    const { call, say, turnIds } = await conversationClient()
    await say('one')
    await say('two')
    const [first = '', second = ''] = await turnIds()
    const forked = await call('POST', '/fork', { from_turn: first, name: 'other' })
    expect(forked).toMatchObject({
      status: 200,
      body: { ccp: { branch: 'other', head: first, branches: { main: second, other: first } } },
    })
    await say('three')
    const turns = await turnIds()
    expect(turns).toHaveLength(3)
    expect(await turnIds('?branch=other')).toEqual([first, turns[2]])
    expect(await turnIds('?branch=main')).toEqual([first, second])
    expect(await call('POST', '/select', { branch: 'main' })).toMatchObject({
      body: { ccp: { branch: 'main', head: second } },
    })
    expect(await call('PATCH', '/branches/other', { name: 'try' })).toMatchObject({
      body: { ccp: { branches: { main: second, try: turns[2] } } },
    })
    expect(await call('DELETE', '/branches/try')).toMatchObject({
      body: { ccp: { branches: { main: second } } },
    })
    expect(await turnIds()).toHaveLength(3)
  })

  it('selects a turn: the branch that ends with it, else by moving the selected one', async () => {
    const { call, say, turnIds } = await conversationClient()
    await say('one')
    await say('two')
    const [first, second] = await turnIds()
    await call('POST', '/fork', { from_turn: first, name: 'other' })
    const moved = await call('POST', '/select', { turn: second })
    expect(moved).toMatchObject({ body: { ccp: { branch: 'main', head: second } } })
    await call('DELETE', '/branches/other')
    const back = await call('POST', '/select', { turn: first })
    expect(back).toMatchObject({ body: { ccp: { branch: 'main', head: first } } })
    await say('three')
    expect(await turnIds('?branch=main')).toEqual([first, (await turnIds())[2]])
  })

  it('names a branch itself, and may leave the selected one', async () => {
    const { call, say, turnIds } = await conversationClient()
    await say('one')
    const [first] = await turnIds()
    const forked = await call('POST', '/fork', { select: false })
    expect(forked).toMatchObject({
      body: { ccp: { branch: 'main', branches: { main: first, 'branch-2': first } } },
    })
  })

  it.each([
    ['POST', '/fork', { name: 'main' }, 409, 'branch_exists'],
    ['POST', '/fork', { name: '__proto__' }, 400, 'invalid_value'],
    ['POST', '/fork', { from_turn: 'turn_none' }, 400, 'invalid_value'],
    ['POST', '/fork', { from: 'turn_none' }, 400, 'invalid_value'],
    ['POST', '/fork', { select: 'yes' }, 400, 'invalid_value'],
    ['POST', '/select', { branch: 'constructor' }, 404, 'branch_not_found'],
    ['POST', '/select', { turn: 'turn_none' }, 400, 'invalid_value'],
    ['POST', '/select', {}, 400, 'missing_required_parameter'],
    ['POST', '/select', { branch: 'main', turn: 'x' }, 400, 'invalid_value'],
    ['PATCH', '/branches/none', { name: 'a' }, 404, 'branch_not_found'],
    ['PATCH', '/branches/main', { name: 'a b' }, 400, 'invalid_value'],
    ['DELETE', '/branches/main', undefined, 409, 'branch_selected'],
    ['DELETE', '/branches/none', undefined, 404, 'branch_not_found'],
    ['GET', '/turns?branch=none', undefined, 404, 'branch_not_found'],
    ['GET', '/turns?limit=101', undefined, 400, 'invalid_value'],
    ['GET', '/turns?after=turn_none', undefined, 404, 'turn_not_found'],
    ['GET', '/turns/turn_none', undefined, 404, 'turn_not_found'],
    ['GET', '/tree?order=up', undefined, 400, 'invalid_value'],
    ['POST', '/turns/turn_none/pin', undefined, 404, 'turn_not_found'],
  ] as const)('%s %s %j is a %i %s', async (method, path, body, status, code) => {
    const { call, say } = await conversationClient()
    await say('one')
    expect(await call(method, path, body)).toMatchObject({ status, body: { error: { code } } })
  })

  it('has at most 100 branches', async () => {
    const { call, say } = await conversationClient()
    await say('one')
    for (let number = 2; number <= 100; number++) {
      expect((await call('POST', '/fork', { select: false })).status).toBe(200)
    }
    expect(await call('POST', '/fork', {})).toMatchObject({
      status: 400,
      body: { error: { code: 'too_many_branches' } },
    })
  })

  it('does nothing at another revision', async () => {
    const { call, say } = await conversationClient()
    await say('one')
    const stale = { 'if-match': '"0"' }
    for (const [method, path, body] of [
      ['POST', '/fork', {}],
      ['POST', '/select', { branch: 'main' }],
      ['PATCH', '/variables', { a: 'b' }],
      ['PATCH', '/retention', { legal_hold: true }],
      ['POST', '', { metadata: { a: 'b' } }],
      ['POST', '/items', { items: [{ role: 'user', content: 'x' }] }],
      ['DELETE', '/items/msg_none', undefined],
      ['DELETE', '', undefined],
    ] as const) {
      expect(await call(method, path, body, stale)).toMatchObject({
        status: 412,
        body: { error: { code: 'revision_conflict' } },
      })
    }
    const { body } = await call('GET', '')
    expect(body).toMatchObject({ ccp: { revision: 1 } })
    expect(await call('POST', '/fork', {}, { 'if-match': '"1"' })).toMatchObject({ status: 200 })
  })

  it('is of one tenant only', async () => {
    const { callAs, say } = await conversationClient()
    await say('one')
    for (const [method, path, body] of [
      ['GET', '/turns', undefined],
      ['GET', '/turns/turn_1', undefined],
      ['GET', '/tree', undefined],
      ['POST', '/fork', {}],
      ['POST', '/select', { branch: 'main' }],
      ['PATCH', '/variables', { a: 'b' }],
      ['PATCH', '/retention', { legal_hold: true }],
      ['POST', '/turns/turn_1/pin', undefined],
    ] as const) {
      expect(await callAs('other', method, path, body)).toMatchObject({
        status: 404,
        body: { error: { code: 'conversation_not_found' } },
      })
    }
  })
})

describe('the tree over HTTP', () => {
  it('is paged, with the beginning of each question', async () => {
    const { call, say } = await conversationClient()
    await say(`one   ${'x'.repeat(200)}`)
    await say('two')
    const first = await call('GET', '/tree?order=asc&limit=1')
    expect(first.body).toMatchObject({
      object: 'list',
      branch: 'main',
      has_more: true,
      data: [{ object: 'ccp.tree_node', parent: null, seq: 1, status: 'completed', pinned: false }],
    })
    const [node] = first.body['data'] as { id: string; preview: string }[]
    expect(node?.preview).toBe(`one ${'x'.repeat(76)}`)
    const second = await call('GET', `/tree?order=asc&after=${node?.id}`)
    expect(second.body).toMatchObject({
      has_more: false,
      data: [{ parent: node?.id, seq: 2, preview: 'two' }],
    })
    const turn = await call('GET', `/turns/${node?.id}`)
    expect(turn.body).toMatchObject({ id: node?.id, seq: 1, status: 'completed' })
    expect((await call('GET', '/turns/last')).body).toMatchObject({ seq: 2 })
  })

  it('shows pins, at most 32', async () => {
    const { call, say, turnIds } = await conversationClient()
    for (let number = 0; number < 33; number++) await say(`q${number}`)
    const ids = await turnIds('?limit=100')
    for (const id of ids.slice(0, 32)) {
      expect((await call('POST', `/turns/${id}/pin`)).status).toBe(200)
    }
    expect(await call('POST', `/turns/${ids[32]}/pin`)).toMatchObject({
      status: 400,
      body: { error: { code: 'too_many_pins' } },
    })
    const again = await call('POST', `/turns/${ids[0]}/pin`)
    expect(again.body).toMatchObject({ ccp: { pinned: ids.slice(0, 32), revision: 33 + 32 } })
    const unpinned = await call('DELETE', `/turns/${ids[0]}/pin`)
    expect(unpinned.body).toMatchObject({ ccp: { pinned: ids.slice(1, 32) } })
    expect(await call('GET', `/turns/${ids[1]}`)).toMatchObject({ body: { pinned: true } })
  })
})

describe('variables and retention over HTTP', () => {
  it('sets and deletes variables', async () => {
    const { call, say } = await conversationClient()
    await say('one')
    await call('PATCH', '/variables', { locale: 'en', city: 'Rome', n: 3 })
    const changed = await call('PATCH', '/variables', { locale: null, city: 'Bari' })
    expect(changed.body).toMatchObject({
      ccp: {
        revision: 3,
        variables: { city: { value: 'Bari', scope: 'session' }, n: { value: '3' } },
      },
    })
    for (const body of [{ 'a b': 'c' }, { a: 'x'.repeat(70_000) }]) {
      expect(await call('PATCH', '/variables', body)).toMatchObject({
        status: 400,
        body: { error: { param: 'context.variables' } },
      })
    }
  })

  it('keeps what is held, until the hold is lifted', async () => {
    const { call, say } = await conversationClient()
    await say('one')
    const held = await call('PATCH', '/retention', { legal_hold: true })
    expect(held.body).toMatchObject({
      ccp: { retention: { legal_hold: true, expires_at: null } },
    })
    const { body } = await call('GET', '/items')
    const item = `/items/${(body as { first_id: string }).first_id}`
    for (const path of [item, '']) {
      expect(await call('DELETE', path)).toMatchObject({
        status: 409,
        body: { error: { code: 'legal_hold' } },
      })
    }
    await call('PATCH', '/retention', { legal_hold: false })
    for (const path of [item, '']) expect((await call('DELETE', path)).status).toBe(200)
  })

  it.each([{ expires_at: 1 }, { expires_at: 'soon' }, { legal_hold: 1 }, { hold: true }])(
    'refuses the retention %j',
    async (body) => {
      const { call, say } = await conversationClient()
      await say('one')
      expect(await call('PATCH', '/retention', body)).toMatchObject({ status: 400 })
    },
  )
})

describe('a list of conversations', () => {
  it('is filtered and paged', async () => {
    const { create, list } = await conversationClient()
    const ids: string[] = []
    for (let number = 0; number < 5; number++) {
      const context = number === 4 ? {} : { subject: 'user:1' }
      ids.push(await create({ metadata: { odd: String(number % 2) }, context }))
    }
    const whole = await list('?order=asc')
    expect(whole).toMatchObject({ has_more: false, first_id: ids[0], last_id: ids[4] })
    expect(await list('?limit=2')).toMatchObject({
      has_more: true,
      data: [{ id: ids[4] }, { id: ids[3] }],
      last_id: ids[3],
    })
    expect(await list(`?limit=2&after=${ids[3]}`)).toMatchObject({
      data: [{ id: ids[2] }, { id: ids[1] }],
    })
    const filtered = await list('?metadata[odd]=0&subject=user:1')
    expect(filtered).toMatchObject({ data: [{ id: ids[2] }, { id: ids[0] }], has_more: false })
    expect(await list('?after=conv_none')).toMatchObject({
      error: { code: 'conversation_not_found' },
    })
    expect(await list('?limit=0')).toMatchObject({ error: { code: 'invalid_value' } })
    expect(await list('', 'other')).toMatchObject({ data: [], first_id: '', has_more: false })
  })
})

describe('the erasure of a subject', () => {
  it('deletes all of it, and tells what is held', async () => {
    const { create, erase, list, sayIn } = await conversationClient()
    const kept = await create({ context: { subject: 'user:2' } })
    const gone = await create({ context: { subject: 'user:1' } })
    const held = await create({
      context: { subject: 'user:1', retention: { legal_hold: true } },
    })
    await sayIn(gone, 'one')
    expect(await erase('user:1', 'other')).toMatchObject({ stores: [{ conversations: 0 }] })
    expect(await erase('user:1')).toMatchObject({
      id: expect.stringMatching(/^receipt_/),
      object: 'ccp.erasure_receipt',
      subject: 'user:1',
      complete: true,
      stores: [
        { store: 'in memory', conversations: 1, turns: 1, plans: 1, responses: 0, held: [held] },
      ],
    })
    expect(await list('?order=asc')).toMatchObject({ data: [{ id: kept }, { id: held }] })
  })

  it('is refused for a subject that nobody can have', async () => {
    const { erase } = await conversationClient()
    expect(await erase('x'.repeat(300))).toMatchObject({ error: { param: 'subject' } })
  })

  it('and a list of all are not for callers who share a tenant', async () => {
    const { erase, list } = await conversationClient('Optional')
    expect(await list('', '')).toMatchObject({ error: { code: 'api_key_needed' } })
    expect(await erase('user:1', '')).toMatchObject({ error: { code: 'api_key_needed' } })
  })
})
