import { consumerOf, simulatorOf } from './snapshot.ts'
import { testGateway } from './test-gateway.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type Headers = Readonly<Record<string, string>>
export type Body = Readonly<Record<string, unknown>>

interface Told {
  readonly status: number
  readonly body: Body
}

const conversation = 'c1'
const nothing = { models: [], promptTemplates: [], personas: [], contextStrategies: [] }

/** A client of a gateway's conversations whose consumers are `app` and `other`; '' has no key. */
export async function conversationClient(auth: 'Required' | 'Optional' = 'Required') {
  const gateway = await testGateway({
    gateway: { auth, defaultModel: 'm', anonymousAccess: { ...nothing, models: ['*'] } },
    providers: [simulatorOf('simulator')],
    consumers: [consumerOf('app'), consumerOf('other')],
    secrets: { app: 'key-app', other: 'key-other' },
  })

  const ask = async (
    method: Method,
    path: string,
    body: unknown,
    headers: Headers = {},
    consumer = 'app',
  ): Promise<Response> =>
    fetch(`${gateway.url}${path}`, {
      method,
      headers: {
        ...(consumer === '' ? {} : { authorization: `Bearer key-${consumer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const told = async (response: Response): Promise<Told> => ({
    status: response.status,
    body: (await response.json()) as Body,
  })
  const sayIn = async (id: string, text: string, context: Body = {}): Promise<Told> => {
    const messages = [{ role: 'user', content: text }]
    const headers = { 'x-fairlead-conversation': id }
    return told(
      await ask('POST', '/v1/chat/completions', { model: 'm', messages, context }, headers),
    )
  }
  const list = async (query: string, consumer?: string): Promise<Body> =>
    (await told(await ask('GET', `/v1/conversations${query}`, undefined, {}, consumer))).body

  return {
    gateway,
    ask,
    told,
    sayIn,
    list,
    /** Asks something in the conversation `c1`. */
    say: (text: string, context?: Body) => sayIn(conversation, text, context),
    /** Calls a route of the conversation `c1`. */
    call: async (method: Method, path: string, body?: unknown, headers?: Headers) =>
      told(await ask(method, `/v1/conversations/${conversation}${path}`, body, headers)),
    callAs: async (consumer: string, method: Method, path: string, body?: unknown) =>
      told(await ask(method, `/v1/conversations/${conversation}${path}`, body, {}, consumer)),
    /** Ids of the turns of `c1`, oldest first. */
    turnIds: async (query = ''): Promise<readonly string[]> => {
      const path = `/v1/conversations/${conversation}/turns${query}${query === '' ? '?' : '&'}order=asc`
      const { body } = await told(await ask('GET', path, undefined))
      return (body['data'] as { readonly id: string }[]).map(({ id }) => id)
    },
    /** Creates a conversation; gives its id. */
    create: async (body: Body): Promise<string> =>
      String((await told(await ask('POST', '/v1/conversations', body))).body['id']),
    erase: async (subject: string, consumer?: string): Promise<Body> => {
      const path = `/v1/subjects/${encodeURIComponent(subject)}`
      return (await told(await ask('DELETE', path, undefined, {}, consumer))).body
    },
  }
}
