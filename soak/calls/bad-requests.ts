import { connect } from 'node:net'
import { errorCode } from './chat.ts'
import type { CallSite, SoakCall } from './soak-call.ts'

const user = '{"role":"user","content":"x"}'

/** Bodies that no provider may see. */
const bodies: readonly string[] = [
  '',
  '{',
  '[]',
  '{"model":"openai"}',
  '{"model":"openai","messages":[]}',
  '{"model":"openai","messages":[7]}',
  '{"model":"openai","messages":[{"role":"bogus","content":"x"}]}',
  `{"model":7,"messages":[${user}]}`,
  `{"model":"no-such-model","messages":[${user}]}`,
  `{"model":"openai","stream":"yes","messages":[${user}]}`,
  `{"model":"anthropic","tools":[{}],"messages":[${user}]}`,
  `{"model":"openai","context":{"persona":"nobody"},"messages":[${user}]}`,
  `{"model":"openai","context":{"conversation":"not an id"},"messages":[${user}]}`,
  '['.repeat(100_000),
]

/** Bytes that are no request, or only a part of one; the caller then leaves. */
const fragments: readonly string[] = [
  'nonsense\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
  'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"model":',
  'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  '',
]

/** Requests with which something is wrong: refused, and by the right side. */
export const badRequests: readonly SoakCall[] = [
  {
    name: 'bad body',
    weight: 6,
    async run({ gateway, headers, random }) {
      const body = random.pick(bodies)
      const response = await fetch(`${gateway}/v1/chat/completions`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      })
      const text = await response.text()
      if (response.status < 400 || response.status >= 500) {
        throw new Error(`${response.status} ${errorCode(text)} for ${body.slice(0, 60)}`)
      }
    },
  },
  {
    name: 'bad key',
    weight: 2,
    async run({ gateway }) {
      const authorization = 'Bearer sk-nobody'
      const response = await fetch(`${gateway}/v1/models`, { headers: { authorization } })
      await response.text()
      if (response.status !== 401) throw new Error(`${response.status}`)
    },
  },
  { name: 'fragment of a request', weight: 3, run: (site) => sendFragment(site) },
]

/** Sends it and leaves once the gateway has said or closed something, or after a moment. */
function sendFragment({ gateway, random }: CallSite): Promise<void> {
  const { hostname, port } = new URL(gateway)
  const patienceMs = random.below(500)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(random.pick(fragments)))
    const leave = () => socket.destroy()
    socket.setTimeout(patienceMs + 1, leave)
    socket.once('data', leave).once('end', leave).once('error', leave)
    socket.once('close', () => resolve())
  })
}
