import { mkdtempSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedisServer } from '@fairlead/base/testing'
import { expect, it, onTestFinished } from 'vitest'
import { runCommand, startCommand } from './support/command.ts'
import { startFairlead } from './support/fairlead-process.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { post } from './support/sdk.ts'
import { json, startUpstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

const answered = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}
const writers = ['anna', 'bert', 'cleo', 'dora']

/** The questions that were answered, of each conversation. One that a kill cut off is asked again. */
function questionsIn(lines: string): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {}
  for (const line of lines.trimEnd().split('\n')) {
    const { object, turn } = JSON.parse(line) as {
      object: string
      turn: { conversation: string; status: string; input: unknown }
    }
    if (object !== 'stored.turn' || turn.status !== 'completed') continue
    const [said] = JSON.stringify(turn.input).match(/question \d+/) ?? ['']
    ;(found[turn.conversation] ??= []).push(said)
  }
  return found
}

it('a store is moved to Redis while it is written to and its gateway is killed', async () => {
  await using redis = await startRedisServer()
  const upstream = await startUpstream(json(answered))
  onTestFinished(() => upstream.stop())
  const dataDirectory = mkdtempSync(join(tmpdir(), 'fairlead-'))
  let fairlead = await startFairlead({ flags: ['--workers', '2'], dataDirectory })
  onTestFinished(() => fairlead[Symbol.asyncDispose]())
  const { kubectl } = fairlead
  await kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await kubectl.apply(provider('up', 'OpenAI', `${upstream.url}/v1`))
  await kubectl.apply(route('up', 'up-model', 'up'))
  await kubectl.apply(secret('redis', 'url', redis.url))
  await kubectl.apply(
    manifest('ConversationStore', 'old', { type: 'SQLite', sqlite: { path: 'old.db' } }),
  )
  const shared = { type: 'Redis', redis: { urlSecretRef: { name: 'redis' } } }
  await kubectl.apply(manifest('ConversationStore', 'new', shared))
  const patch = (kind: string, name: string, spec: object) =>
    kubectl('patch', kind, name, '--type', 'merge', '-p', JSON.stringify({ spec }))
  const use = (name: string) =>
    patch('llmgateway', 'default', { defaults: { conversationStoreRef: { name } } })
  await use('old')

  /** Asks until there is an answer; a call that is sent again has its key. */
  const told = new Map<string, string[]>()
  let isOver = false
  const write = async (id: string) => {
    for (let number = 1; !isOver; number++) {
      const question = `question ${number}`
      const body = { model: 'up-model', messages: [{ role: 'user', content: question }] }
      const headers = { 'x-fairlead-conversation': id, 'idempotency-key': `${id}-${number}` }
      await waitFor(
        `${id} ${question}`,
        async () => {
          const response = await post(
            fairlead.endpoints,
            '/v1/chat/completions',
            body,
            headers,
          ).catch(() => undefined)
          await response?.text().catch(() => {})
          return response?.status === 200
        },
        60_000,
      )
      told.set(id, [...(told.get(id) ?? []), question])
    }
  }
  const storeOf = async (id: string) => {
    const headers = { authorization: `Bearer ${fairlead.endpoints.apiKey}` }
    const url = `${fairlead.endpoints.gateway}/v1/conversations/${id}`
    return (await (await fetch(url, { headers })).text()).match(/"store":"([^"]*)"/)?.[1]
  }
  await waitFor('the route and the store', async () => {
    const body = { model: 'up-model', messages: [{ role: 'user', content: 'question 0' }] }
    const headers = { 'x-fairlead-conversation': `probe-${Math.random()}` }
    const { status } = await post(fairlead.endpoints, '/v1/chat/completions', body, headers)
    return status === 200 && (await storeOf(headers['x-fairlead-conversation'])) === 'old'
  })
  const command = (...words: string[]) => ['conversations', ...words, '--data-dir', dataDirectory]
  const migrate = command('migrate', '--from', 'old', '--to', 'new')
  const writing = Promise.all(writers.map(write))
  const number = (id: string) => told.get(id)?.length ?? 0
  await waitFor('turns', () => writers.every((id) => number(id) > 5))

  const dry = await runCommand([...migrate, '--dry-run'])
  expect(dry).toMatchObject({ code: 0 })
  expect(dry.printed).toMatch(/conversations would be added/)

  await using moving = startCommand([...migrate, '--until-frozen'])
  await moving.prints(/conversations added/)
  await fairlead.kill()
  await moving.prints(/A pass broke off, and is made again/)
  fairlead = await fairlead.restart()
  await moving.prints(/made again[^]*as they are/)
  await patch('conversationstore', 'old', { frozen: true })
  await moving.prints(/new has all of old/)
  expect(await moving.ended).toBe(0)
  const condition = '{.status.conditions[?(@.type=="Available")].message}'
  await waitFor('the condition', async () =>
    (await kubectl('get', 'conversationstore', 'old', '-o', `jsonpath=${condition}`)).includes(
      'it is frozen',
    ),
  )
  await use('new')
  const before = writers.map(number)
  await waitFor('turns in Redis', () =>
    writers.every((id, index) => number(id) > (before[index] ?? 0) + 3),
  )
  isOver = true
  await writing
  expect(await storeOf('anna')).toBe('new')

  const file = join(dataDirectory, 'export.jsonl')
  const exported = await runCommand(command('export', '--store', 'new', '-o', file))
  expect(exported).toMatchObject({ code: 0 })
  const text = readFileSync(file, 'utf8')
  const questions = questionsIn(text)
  for (const id of writers) expect(questions[id]).toEqual(told.get(id))
  expect(statSync(file).mode & 0o777).toBe(0o600)

  truncateSync(file, Math.floor(text.length / 2))
  const goesOn = await runCommand(command('export', '--store', 'new', '-o', file, '--resume'))
  expect(goesOn).toMatchObject({ code: 0 })
  expect(readFileSync(file, 'utf8')).toBe(text)
  const again = await runCommand(command('import', file, '--store', 'new'))
  expect(again.printed).toMatch(/^0 conversations added; \d+ were there already\.$/m)
  const intoFrozen = await runCommand(command('import', file, '--store', 'old'))
  expect(intoFrozen).toMatchObject({ code: 1 })
  expect(intoFrozen.log).toContain('default/old is frozen')
}, 180_000)

it('says what to do where no gateway runs, and what is not understood', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'fairlead-'))
  const asked = await runCommand(['conversations', 'export', '--data-dir', dataDirectory])
  expect(asked).toMatchObject({ code: 1, printed: '' })
  expect(asked.log).toContain(`no gateway runs with the data directory ${dataDirectory}`)
  const wrong = await runCommand(['conversations', 'import', 'x', '--from', 'a'])
  expect(wrong).toMatchObject({ code: 2 })
  expect(wrong.log).toContain('--from is not for fairlead conversations import')
})
