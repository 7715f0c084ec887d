import { describe, expect, it } from 'vitest'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

interface Message {
  readonly role: string
  readonly content: string
}

const user = (content: string): Message => ({ role: 'user', content })
const answer = (content: string): Message => ({ role: 'assistant', content })

/** A chat interface that sends all it has with every call; the further answers are A1, A2, … */
async function chatInterface(first: readonly string[] = []) {
  let answers = 0
  const upstream = await testUpstream((response, request) => {
    answers += 1
    json(200, completion(first[answers - 1] ?? `A${answers}`))(response, request)
  })
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
  })
  return {
    /** Sends messages; gives what the model was sent, and the plan. */
    send: async (...messages: readonly Message[]) => {
      const headers = { 'x-fairlead-conversation': 'c1' }
      const response = await gateway.chat({ model: 'm', messages }, headers)
      expect(response.status).toBe(200)
      await response.text()
      const plan = response.headers.get('x-fairlead-plan') ?? ''
      const found = await fetch(`${gateway.url}/v1/plans/${plan}`)
      return {
        sent: upstream.requests.at(-1)?.body['messages'],
        plan: (await found.json()) as Readonly<Record<string, unknown>>,
      }
    },
    turns: async (): Promise<readonly Readonly<Record<string, unknown>>[]> => {
      const found = await fetch(`${gateway.url}/v1/conversations/c1/turns?order=asc&limit=100`)
      const { data } = (await found.json()) as { readonly data: [] }
      return data
    },
  }
}

describe('a chat interface that sends its whole history', () => {
  it('regenerates an answer and goes on', async () => {
    const { send, turns } = await chatInterface()
    await send(user('q1'))
    await send(user('q1'), answer('A1'), user('q2'))
    const again = await send(user('q1'), answer('A1'), user('q2'))
    expect(again.sent).toEqual([user('q1'), answer('A1'), user('q2')])
    const [, second] = await turns()
    expect(again.plan).toMatchObject({ superseded: second?.['id'], matched: 3 })
    const body = [user('q1'), answer('A1'), user('q2'), answer('A3'), user('q4')]
    const last = await send(...body)
    expect(last.sent).toEqual(body)
    expect(last.plan).toMatchObject({ superseded: null, matched: 4, branched_at: null })
    expect(await turns()).toHaveLength(4)
  })

  it('goes back to the answer before, and on from it', async () => {
    const { send, turns } = await chatInterface()
    await send(user('q1'))
    await send(user('q1'))
    const body = [user('q1'), answer('A1'), user('q2')]
    const back = await send(...body)
    expect(back.sent).toEqual(body)
    const [first] = await turns()
    expect(back.plan).toMatchObject({ branched_at: first?.['id'] })
    expect(await turns()).toHaveLength(3)
  })

  it('edits an earlier question, and nothing grows', async () => {
    const { send, turns } = await chatInterface()
    let history = [user('q1')]
    await send(...history)
    history = [...history, answer('A1'), user('q2')]
    await send(...history)
    history = [user('q1'), answer('A1'), user('q2-edited')]
    const edited = await send(...history)
    expect(edited.sent).toEqual(history)
    for (let turn = 3; turn <= 11; turn++) {
      history = [...history, answer(`A${turn}`), user(`q${turn}`)]
      const { sent } = await send(...history)
      expect(sent).toEqual(history)
    }
    expect(await turns()).toHaveLength(12)
  })

  it('deletes messages: an exchange, the oldest one, and takes that back', async () => {
    const { send, turns } = await chatInterface()
    const [one, two, three] = [1, 2, 3].map((n) => [user(`q${n}`), answer(`A${n}`)] as const)
    if (one === undefined || two === undefined || three === undefined) throw new Error('no turns')
    await send(user('q1'))
    await send(...one, user('q2'))
    await send(...one, ...two, user('q3'))
    const without = [...one, ...three, user('q4')]
    expect((await send(...without)).sent).toEqual(without)
    const shorter = [...three, user('q4'), answer('A4'), user('q5')]
    expect((await send(...shorter)).sent).toEqual(shorter)
    const all = [...one, ...two, ...three, user('q4'), answer('A4'), user('q5'), answer('A5')]
    expect((await send(...all, user('q6'))).sent).toEqual([...all, user('q6')])
    expect(await turns()).toHaveLength(6)
  })

  it('shortens an answer, which the model then sees as it was shortened', async () => {
    const long = 'It depends on what you mean by that, and on much else'
    const { send, turns } = await chatInterface([long])
    await send(user('q1'))
    const body = [user('q1'), answer(`${long.slice(0, 35)}…`), user('q2')]
    const { plan, sent } = await send(...body)
    expect(sent).toEqual(body)
    expect(plan['decisions']).toMatchObject([{ action: 'trimmed', reason: 'as_sent' }])
    expect(await turns()).toHaveLength(2)
  })
})
