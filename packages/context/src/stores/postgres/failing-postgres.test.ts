import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import pg from 'pg'
import { subjectDigest } from '../subject-erasures.ts'
import { conversationAt, ended, turnOf } from '../test-support/turns.ts'
import { wholeLog } from '../test-support/whole-log.ts'
import { CuttingProxy } from './test-support/cutting-proxy.ts'
import { PostgresBench } from './test-support/postgres-bench.ts'

let bench: PostgresBench
beforeAll(async () => {
  bench = await PostgresBench.start({ max_connections: '30' })
}, 60_000)
afterAll(() => bench[Symbol.asyncDispose]())

/** The URL with some parts replaced. */
function url(change: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'port' | 'search'>>) {
  return Object.assign(new URL(bench.server.url), change).href
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('it was not refused')
  expect(error.message).not.toContain(bench.server.password)
  return error.message
}

describe('a PostgreSQL that cannot be used', () => {
  it.each([
    ['a wrong password', () => url({ password: 'open-sesame' }), /password of user "postgres" is/],
    ['no such database', () => url({ pathname: '/none' }), /there is no database "none": create/],
    ['no server', () => url({ port: '1' }), /no server answers there: start it/],
    ['no TLS', () => url({ search: 'sslmode=require' }), /the server has no TLS/],
    ['another mode', () => url({ search: 'sslmode=maybe' }), /sslmode=maybe in the URL is not/],
    ['another parameter', () => url({ search: 'options=-c' }), /has the parameter options/],
    ['no URL', () => 'localhost:5432 open-sesame', /must be like postgres:\/\//],
  ])('says so when it is opened: %s', async (_, address, expected) => {
    const message = await refusal(bench.open({ url: address(), owner: 'team/chats' }))
    expect(message).toMatch(expected)
    expect(message).toMatch(/^ConversationStore team\/chats: /)
    expect(message).not.toContain('open-sesame')
  })

  it('says which permission is missing, and does with it', async () => {
    await bench.ask(`CREATE ROLE writer LOGIN PASSWORD 'pencil'`)
    const asWriter = { url: url({ username: 'writer', password: 'pencil' }), schema: 'granted' }
    const message = await refusal(bench.open(asWriter))
    const advice = 'CREATE SCHEMA IF NOT EXISTS "granted" AUTHORIZATION "writer"'
    expect(message).toContain(advice)
    await bench.ask(advice)
    const store = await bench.open(asWriter)
    await store.check()
    await store.close()
  })

  it('says that it takes no changes', async () => {
    const schema = bench.newSchema()
    await (await bench.open({ schema })).close()
    await bench.ask(`CREATE ROLE reader SUPERUSER LOGIN PASSWORD 'pencil'`)
    await bench.ask('ALTER ROLE reader SET default_transaction_read_only = on')
    const reading = bench.open({ schema, url: url({ username: 'reader', password: 'pencil' }) })
    expect(await refusal(reading)).toContain('takes no changes, as a standby')
  })

  it('says that there are too many connections', async () => {
    await bench.ask(`CREATE ROLE few LOGIN SUPERUSER PASSWORD 'pencil'`)
    await bench.ask(`CREATE ROLE fewer LOGIN PASSWORD 'pencil' CONNECTION LIMIT 1`)
    const schema = bench.newSchema()
    await bench.ask(`CREATE SCHEMA "${schema}" AUTHORIZATION fewer`)
    const opening = bench.open({ schema, url: url({ username: 'fewer', password: 'pencil' }) })
    expect(await refusal(opening)).toContain('has too many connections')
  })

  it('says that a newer program has migrated the schema, and changes nothing', async () => {
    const schema = bench.newSchema()
    await (await bench.open({ schema })).close()
    await bench.ask(`UPDATE "${schema}".schema_version SET version = 99, serves_from = 99`)
    expect(await refusal(bench.open({ schema }))).toContain(
      'the schema has version 99, but this program supports up to 4: start a newer program',
    )
    const [row] = await bench.ask(`SELECT version FROM "${schema}".schema_version`)
    expect(row).toEqual({ version: 99 })
  })

  it('that a newer program has migrated is used on, and opened, if it serves this one', async () => {
    const schema = bench.newSchema()
    const before = await bench.open({ schema, member: 'before' })
    const version = `SELECT version, serves_from FROM "${schema}".schema_version`
    const [{ version: own = 0 } = {}] = await bench.ask(version)
    const next = { version: Number(own) + 1, serves_from: own }
    // As the next version may: tables, columns and functions are added, and this one's stay.
    await bench.ask(`CREATE TABLE "${schema}".of_the_next_version (text text)`)
    await bench.ask(`ALTER TABLE "${schema}".conversations ADD COLUMN of_the_next_version text`)
    await bench.ask(`ALTER TABLE "${schema}".turns ADD COLUMN next_too integer DEFAULT 7`)
    await bench.ask(`UPDATE "${schema}".schema_version SET version = $1, serves_from = $2`, [
      next.version,
      next.serves_from,
    ])
    const after = await bench.open({ schema, member: 'after' })
    let revision = 0
    for (const store of [before, after, before]) {
      const change = { conversation: conversationAt(revision + 1), turns: [ended(turnOf('c1', 1))] }
      const turns = revision === 0 ? change.turns : []
      const expectedRevision = revision === 0 ? null : revision
      expect(await store.append({ ...change, turns, expectedRevision })).toBe('stored')
      revision += 1
      expect(await store.turn('a', 'c1', 'turn_1')).toMatchObject({ status: 'completed' })
      await store.check()
      await store.expire()
    }
    expect(await after.remove('a', 'c1')).toBe('removed')
    expect(await bench.ask(version)).toEqual([next])
    for (const store of [before, after]) await store.close()
  })

  it('of a version before is migrated, while it is used', async () => {
    const schema = bench.newSchema()
    const store = await bench.open({ schema, member: 'before' })
    const earlier = `UPDATE "${schema}".schema_version SET version = 3`
    await bench.ask(`ALTER TABLE "${schema}".schema_version DROP COLUMN serves_from; ${earlier}`)
    const after = await bench.open({ schema, member: 'after' })
    await store.append({ expectedRevision: null, conversation: conversationAt(1), turns: [] })
    expect(await after.conversation('a', 'c1')).toBeDefined()
    const [row] = await bench.ask(`SELECT * FROM "${schema}".schema_version`)
    expect(row).toMatchObject({ version: 4, serves_from: 3 })
    for (const opened of [store, after]) await opened.close()
  })

  it('is migrated whole or not at all', async () => {
    const schema = bench.newSchema()
    await bench.ask(`CREATE SCHEMA "${schema}"; CREATE TABLE "${schema}".probe (other text)`)
    expect(await refusal(bench.open({ schema }))).toContain('"probe" already exists')
    const tables = await bench.ask('SELECT tablename FROM pg_tables WHERE schemaname = $1', [
      schema,
    ])
    expect(tables).toEqual([{ tablename: 'probe' }])
    await bench.ask(`DROP TABLE "${schema}".probe`)
    await (await bench.open({ schema })).close()
  })

  it('that hangs costs each operation its deadline, and is used again', async () => {
    await using proxy = await CuttingProxy.start(bench.server.port)
    const store = await bench.open({ url: url({ port: String(proxy.port) }), deadlineMs: 300 })
    proxy.silence()
    const started = performance.now()
    const message = await refusal(store.conversation('a', 'c1'))
    expect(message).toContain('did not answer within 300 ms')
    expect(performance.now() - started).toBeLessThan(2000)
    proxy.cut()
    proxy.mend()
    await vi.waitFor(() => store.check(), { timeout: 10_000 })
    await store.close()
  })

  it('that is restarted is used again, and a session that it ends costs nothing', async () => {
    const store = await bench.open({ deadlineMs: 5000 })
    await store.append({ expectedRevision: null, conversation: conversationAt(1), turns: [] })
    await bench.ask(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = $1',
      ['client backend'],
    )
    const change = { conversation: conversationAt(2), turns: [] }
    expect(await store.append({ expectedRevision: 1, ...change })).toBe('stored')
    await bench.server.kill()
    expect(await refusal(store.conversation('a', 'c1'))).toContain('PostgreSQL at 127.0.0.1')
    await bench.server.restart()
    await vi.waitFor(() => store.check(), { timeout: 10_000 })
    expect((await store.conversation('a', 'c1'))?.ccp.revision).toBe(2)
    await store.close()
  })

  it('that was down ends no turns of members that it has not heard of meanwhile', async () => {
    const schema = bench.newSchema()
    await using proxy = await CuttingProxy.start(bench.server.port)
    const address = url({ port: String(proxy.port) })
    const one = await bench.open({ schema, member: 'one', url: address, deadlineMs: 500 })
    const two = await bench.open({ schema, member: 'two' })
    const change = { conversation: conversationAt(1), turns: [turnOf('c1', 1)] }
    await one.append({ expectedRevision: null, ...change })
    proxy.cut()
    await bench.server.kill()
    await bench.server.restart()
    // As if it had been down for a minute.
    await bench.ask(
      `UPDATE "${schema}".members SET alive_until = clock_timestamp() - interval '1 minute'`,
    )
    await vi.waitFor(() => two.check(), { timeout: 10_000 })
    expect(await two.recover(7)).toBe(0)
    await bench.kill(schema, 'one')
    expect(await two.recover(7)).toBe(1)
    for (const store of [one, two]) await store.close()
  })
  it('that ends connections as it greets them costs a rejection and nothing else', async () => {
    await using proxy = await CuttingProxy.start(bench.server.port)
    const store = await bench.open({ url: url({ port: String(proxy.port) }) })
    proxy.cut()
    const fields = Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0')
    const head = Buffer.from([0x45, 0, 0, 0, fields.length + 4])
    proxy.rewriteAnswer = (data) => Buffer.concat([Buffer.from(data), head, fields])
    proxy.mend()
    expect(await refusal(store.conversation('a', 'c1'))).toContain('PostgreSQL at 127.0.0.1')
    proxy.rewriteAnswer = undefined
    await vi.waitFor(() => store.check(), { timeout: 10_000 })
    await store.close()
  })

  it('whose pooler gives no session to listen in is not available, and says why', async () => {
    await using proxy = await CuttingProxy.start(bench.server.port)
    // As long, and nothing is listened to.
    proxy.rewriteRequest = (data) => {
      const text = Buffer.from(data).toString('latin1')
      return Buffer.from(text.replace(/LISTEN fairlead_/, 'SELECT 1; -- at '), 'latin1')
    }
    const store = await bench.open({ url: url({ port: String(proxy.port) }) })
    await store.check()
    await vi.waitFor(() => expect(store.check()).rejects.toThrow(/LISTEN needs a session/), {
      timeout: 15_000,
      interval: 100,
    })
    await store.close()
  })
})

describe('a pooler that loses what others tell', () => {
  it('is noticed, also when a member has heard at first', async () => {
    await using proxy = await CuttingProxy.start(bench.server.port)
    const store = await bench.open({ url: url({ port: String(proxy.port) }) })
    // As a pooler in transaction mode does, once nothing is asked for on the connection that listens.
    proxy.rewriteAnswer = (data) => {
      const told = Buffer.from(data)
      return told[0] === 0x41 ? Buffer.alloc(0) : told
    }
    await vi.waitFor(() => expect(store.check()).rejects.toThrow(/LISTEN needs a session/), {
      timeout: 15_000,
      interval: 100,
    })
    // And so is that it is well again.
    proxy.rewriteAnswer = undefined
    await vi.waitFor(() => store.check(), { timeout: 15_000, interval: 100 })
    await store.close()
  }, 40_000)
})

describe('a PostgreSQL under load', () => {
  it('is migrated once by many that open it at once', async () => {
    const schema = bench.newSchema()
    const opened = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        bench.open({ schema, member: `replica/${index}`, maxConnections: 3, deadlineMs: 20_000 }),
      ),
    )
    for (const store of opened) await store.close()
  })

  it('stores each turn of 200 writers on two members once, without waiting for each other', async () => {
    const schema = bench.newSchema()
    const few = { schema, maxConnections: 8, deadlineMs: 20_000 }
    const stores = [
      await bench.open({ ...few, member: 'a' }),
      await bench.open({ ...few, member: 'b' }),
    ]
    const conversations = 40
    const writers = Array.from({ length: 200 }, async (_, number) => {
      const store = stores[number % 2] ?? stores[0]
      const id = `c${number % conversations}`
      for (;;) {
        const basis = await store?.basis('t', id, { pathMax: 1 })
        const seq = (basis?.conversation.ccp.turns ?? 0) + 1
        const before = basis?.conversation ?? conversationAt(0, 't', id)
        const turn = turnOf(id, seq, {
          id: `turn_${number}`,
          parent: before.ccp.head,
          plan: null,
        })
        const ccp = { ...before.ccp, revision: before.ccp.revision + 1, turns: seq, head: turn.id }
        const outcome = await store?.append({
          expectedRevision: basis === undefined ? null : before.ccp.revision,
          conversation: { ...before, ccp },
          turns: [turn],
        })
        if (outcome !== 'stored') continue
        await store?.flush([{ tenant: 't', conversation: id, turn: turn.id, output: [] }])
        expect(await store?.finish('t', { turn: ended(turn) })).toBe('stored')
        return
      }
    })
    await Promise.all(writers)
    const all: string[] = []
    for (let number = 0; number < conversations; number++) {
      const log = stores[0] && (await wholeLog(stores[0], 't', `c${number}`))
      expect(log?.turns.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
      all.push(...(log?.turns.map(({ id }) => id) ?? []))
    }
    expect(new Set(all).size).toBe(200)
    for (const store of stores) await store.close()
  }, 60_000)

  it('erases a subject after what is being stored of it, and stores after what is being erased', async () => {
    const store = await bench.open()
    const { ccp, ...rest } = conversationAt(1)
    const conversation = { ...rest, ccp: { ...ccp, subject: 'ada' } }
    const lock = (name: string) =>
      `SELECT ${name}(hashtextextended('${subjectDigest('a', 'ada')}', 0))`
    const waits = async () => {
      const waiting = await bench.ask(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
      )
      expect(waiting).toHaveLength(1)
    }
    const client = new pg.Client({ connectionString: bench.server.url })
    await client.connect()
    await client.query(`BEGIN; ${lock('pg_advisory_xact_lock_shared')}`)
    const erasing = store.removeSubject('a', 'ada')
    await vi.waitFor(waits, 2000)
    await client.query('COMMIT')
    await erasing
    await client.query(`BEGIN; ${lock('pg_advisory_xact_lock')}`)
    const storing = store.append({ expectedRevision: null, conversation, turns: [] })
    await vi.waitFor(waits, 2000)
    await client.query('COMMIT')
    expect(await storing).toBe('stored')
    await client.end()
    await store.close()
  })

  it('keeps texts that it has no characters for', async () => {
    const odd = 'NUL \0, half \uD83D, \uE000, "\\u0000" \\'
    const store = await bench.open()
    const before = conversationAt(1, odd, odd)
    const conversation = {
      ...before,
      metadata: { [odd]: odd },
      ccp: { ...before.ccp, subject: odd, turns: 1, head: odd, branches: { main: odd } },
    }
    const content = [{ type: 'output_text', text: odd }] as const
    const message = { type: 'message', role: 'user', id: odd, content } as const
    const turn = ended(turnOf(odd, 1, { id: odd, idempotency_key: odd, input: [message] }))
    const change = { expectedRevision: null, conversation, turns: [turn] }
    expect(await store.append(change)).toBe('stored')
    expect(await store.conversation(odd, odd)).toEqual(conversation)
    expect(await store.item(odd, odd, odd)).toEqual(message)
    const basis = await store.basis(odd, odd, { pathMax: 1, key: odd })
    expect(basis).toMatchObject({ path: [turn], keyed: turn })
    const query = { limit: 5, order: 'asc', subject: odd, metadata: { [odd]: odd } } as const
    expect(await store.list(odd, query)).toMatchObject({ conversations: [conversation] })
    const note = {
      tenant: odd,
      owner: odd,
      kind: 'note',
      id: 'n',
      body: { odd },
      expiresAtMs: null,
    }
    await store.records.put(note, null)
    expect(await store.records.list({ ...note, limit: 2 })).toEqual([{ ...note, version: 1 }])
    expect(await store.removeSubject(odd, odd)).toMatchObject({ conversations: 1, turns: 1 })
    await store.close()
  })
})
