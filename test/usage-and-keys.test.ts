import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCommand } from './support/command.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { freshCall } from './support/fresh-call.ts'
import { waitFor } from './support/wait-for.ts'
import { answeredBy, workersOf } from './support/workers.ts'

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead({ flags: ['--workers', '2'] })
  await waitFor('both workers', () => workersOf(fairlead).size === 2)
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

interface Sums {
  readonly calls: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cost_usd: string
}

interface MadeKey {
  readonly name: string
  readonly key: string
}

const folder = () => fairlead.endpoints.kubeconfig.replace(/\/kubeconfig$/, '')

/** Runs a command against the running Fairlead; resolves to what it printed. */
async function run(...args: readonly string[]): Promise<string> {
  await using command = startCommand([...args, '--data-dir', folder()])
  const code = await command.ended
  if (code !== 0) throw new Error(`exit code ${code}: ${command.log()}`)
  return command.printed()
}

const statusOf = async (key: string) => {
  const headers = { authorization: `Bearer ${key}` }
  return (await fetch(`${fairlead.endpoints.gateway}/v1/models`, { headers })).status
}

function call() {
  const messages = [{ role: 'user', content: 'hello there' }]
  return freshCall(fairlead.endpoints, { model: 'assistant', messages })
}

async function ownUsage(): Promise<Sums> {
  const shown = freshCall(fairlead.endpoints, '/v1/usage')
  expect((await shown.began).status).toBe(200)
  return (JSON.parse(await shown.ended) as { readonly total: Sums }).total
}

describe('usage', () => {
  it('is the sum of the calls of all workers, for whoever asks which of them', async () => {
    for (const index of [0, 1, 0]) await answeredBy(fairlead, index, async () => call().ended)
    for (const index of [0, 1]) {
      // A worker that stands still sends what it has noted when it goes on.
      await waitFor('all calls', async () => {
        const { calls } = await answeredBy(fairlead, index, () => ownUsage())
        return calls === 3
      })
    }
  })

  it('is what the log says, after a kill -9 too', async () => {
    const before = await ownUsage()
    const lines = await waitFor('the log of the calls', () => {
      const all = fairlead
        .log()
        .split('\n')
        .filter((line) => line.includes('"msg":"call"'))
        .map((line) => JSON.parse(line) as { inputTokens?: number; outputTokens?: number })
      return all.length === before.calls && all
    })
    const sum = (field: 'inputTokens' | 'outputTokens') =>
      lines.reduce((total, line) => total + (line[field] ?? 0), 0)
    expect(before).toMatchObject({
      input_tokens: sum('inputTokens'),
      output_tokens: sum('outputTokens'),
    })
    await fairlead.kill()
    fairlead = await fairlead.restart()
    expect(before.calls).toBe(3)
    expect(await ownUsage()).toEqual(before)
  }, 60_000)

  it('is shown to administrators, by whatever they ask for', async () => {
    await call().ended
    const { calls } = await ownUsage()
    expect(await run('usage', '--by', 'consumer,model')).toMatch(
      new RegExp(`default/quickstart +assistant +${calls} `),
    )
    const json = JSON.parse(await run('usage', '--group', 'engineering', '-o', 'json')) as {
      readonly total: Sums
    }
    expect(json.total.calls).toBe(calls)
    expect(await run('usage', '--namespace', 'nobody')).toMatch(/^No calls/)
    await expect(run('usage', '--by', 'colour')).rejects.toThrow('by must be some of day')
    await expect(run('usage', '--url', 'http://127.0.0.1:9')).rejects.toThrow('could not be asked')
  }, 60_000)
})

describe('a key', () => {
  it('works once it is made, for its overlap after it is rotated, and not beyond', async () => {
    const made = JSON.parse(await run('key', 'create', 'quickstart', '-o', 'json')) as MadeKey
    await waitFor('the new key', async () => (await statusOf(made.key)) === 200)
    const options = ['--overlap', '3s', '--hashed', '-o', 'json']
    const rotated = JSON.parse(
      await run('key', 'rotate', 'quickstart', made.name, ...options),
    ) as MadeKey
    await waitFor('the rotated key', async () => (await statusOf(rotated.key)) === 200)
    expect(await statusOf(made.key)).toBe(200)
    await waitFor('the end of the old key', async () => (await statusOf(made.key)) === 401)
    expect(await statusOf(rotated.key)).toBe(200)

    const listed = await run('key', 'list', 'quickstart')
    expect(listed).toMatch(/main +Expired +\S+Z +\S+h +Secret default\/quickstart-key-main/)
    expect(listed).toMatch(/main-2 +Active +never +\S+h +SHA-256/)

    expect(await run('key', 'revoke', 'quickstart', made.name)).toContain('its Secret deleted')
    await run('key', 'revoke', 'quickstart', rotated.name)
    await waitFor('the end of the revoked key', async () => (await statusOf(rotated.key)) === 401)
    expect(await statusOf(fairlead.endpoints.apiKey)).toBe(200)
  }, 90_000)

  it.each([
    [['create'], 'expected create'],
    [['create', 'a/b/c'], 'expected NAME or NS/NAME'],
    [['create', 'quickstart', '--expires', '90'], 'expected a time such as 90d'],
    [['create', 'quickstart', '--hashed', '--secret', 's'], 'exclude each other'],
    [['list', 'quickstart', '--hashed'], '--hashed is not for fairlead key list'],
    [['rotate', 'quickstart'], 'expected create'],
    [['revoke', 'quickstart', 'none'], 'has no key "none"'],
    [['list', 'team/nobody'], 'there is no Consumer team/nobody'],
  ])('is not made or unmade by a mistake: %j', async (args, message) => {
    await expect(run('key', ...args)).rejects.toThrow(message)
  })
})
