import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { conversationClient } from './test-support/conversation-client.ts'

interface Node {
  readonly id: string
  readonly parent: string | null
  readonly preview: string
  readonly supersedes: string | null
}

interface Shown {
  readonly id: string
  readonly ccp: { readonly head: string; readonly branch: string }
}

interface Receipt {
  readonly complete: boolean
  readonly stores: readonly { readonly conversations: number; readonly held: readonly string[] }[]
}

/** What an application for chatting does, with OpenAI's SDK. */
async function chatApplication() {
  const { gateway } = await conversationClient()
  const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'key-app', maxRetries: 0 })
  return {
    openai,
    ask: async (conversation: string, text: string | undefined, chosen: object = {}) => {
      const context = { context: { conversation, ...chosen } }
      const answer = await openai.chat.completions.create({
        model: 'm',
        messages: text === undefined ? [] : [{ role: 'user', content: text }],
        ...context,
      })
      return answer.choices[0]?.message.content ?? ''
    },
    /** The questions of the selected branch, as a user sees them. */
    shown: async (conversation: string): Promise<readonly string[]> => {
      const { data } = await openai.conversations.items.list(conversation, { order: 'asc' })
      return data.flatMap((item) =>
        item.type === 'message' && item.role === 'user'
          ? item.content.flatMap((part) => ('text' in part ? [part.text] : []))
          : [],
      )
    },
    /** The versions of the message that a turn stands for, oldest first. */
    versions: async (conversation: string, turn: string): Promise<readonly string[]> => {
      const path = `/conversations/${conversation}/tree?limit=100&order=asc`
      const { data } = await openai.get<{ readonly data: readonly Node[] }>(path)
      const parent = data.find(({ id }) => id === turn)?.parent
      return data.filter((node) => node.parent === parent).map(({ id }) => id)
    },
    head: async (conversation: string) =>
      (await openai.get<Shown>(`/conversations/${conversation}`)).ccp.head,
  }
}

describe('an application for chatting', () => {
  it('has versions of answers and questions, and goes from one to another', async () => {
    const { ask, head, openai, shown, versions } = await chatApplication()
    await ask('trip', 'Where do I eat?')
    await ask('trip', 'And on Sunday?')
    const first = await head('trip')
    await ask('trip', undefined, { regenerate: 'last' })
    const second = await head('trip')
    await ask('trip', 'And on Monday?', { edit: 'last' })
    const third = await head('trip')
    expect(await versions('trip', third)).toEqual([first, second, third])
    expect(await shown('trip')).toEqual(['Where do I eat?', 'And on Monday?'])
    await openai.post('/conversations/trip/select', { body: { turn: first } })
    expect(await shown('trip')).toEqual(['Where do I eat?', 'And on Sunday?'])
    expect(await ask('trip', 'Thanks')).toContain('I see 5 messages')
    await openai.post('/conversations/trip/fork', { body: { from_turn: third, name: 'monday' } })
    expect(await ask('trip', 'Thanks')).toContain('I see 5 messages')
    expect(await shown('trip')).toEqual(['Where do I eat?', 'And on Monday?', 'Thanks'])
  })

  it('shows the conversations of a user, gives them to the user, and forgets the user', async () => {
    const { ask, openai } = await chatApplication()
    for (const [conversation, subject] of [
      ['a', 'user:1'],
      ['b', 'user:1'],
      ['c', 'user:2'],
    ] as const) {
      await ask(conversation, 'Hello', { subject })
    }
    const mine = '/conversations?subject=user:1&order=asc'
    const { data } = await openai.get<{ readonly data: readonly Shown[] }>(mine)
    expect(data.map(({ id }) => id)).toEqual(['a', 'b'])
    const lines = await openai.get<Response>('/conversations/a/export', {
      __binaryResponse: true,
    })
    expect((await lines.text()).trimEnd().split('\n')).toHaveLength(3)
    const receipt = await openai.delete<Receipt>('/subjects/user:1')
    expect(receipt).toMatchObject({ complete: true, stores: [{ conversations: 2, held: [] }] })
    await expect(openai.conversations.retrieve('a')).rejects.toThrow(/not found/)
    expect((await openai.conversations.retrieve('c')).id).toBe('c')
  })
})
