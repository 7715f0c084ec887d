import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PostgresServer, startPostgresServer } from '@fairlead/base/testing'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
}, 60_000)
afterAll(() => server[Symbol.asyncDispose]())

it('has a server with pgvector, which keeps what it acknowledged when it is killed', async () => {
  const ask = async (text: string) => {
    const client = new pg.Client({ connectionString: server.url })
    client.on('error', () => {})
    await client.connect()
    const { rows } = await client.query(text)
    await client.end()
    return rows as unknown[]
  }
  await ask('CREATE EXTENSION vector; CREATE TABLE kept (place vector(2))')
  await ask("INSERT INTO kept VALUES ('[3,4]')")
  await server.kill()
  await server.restart()
  expect(await ask("SELECT place <-> '[0,0]' AS distance FROM kept")).toEqual([{ distance: 5 }])
})
