import type { ServerResponse } from 'node:http'

/** A way in which a provider fails; `events` is the stream that a caller would have got. */
type Fault = (response: ServerResponse, events: readonly string[]) => void

const refusal =
  (status: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { message: 'as asked', type: 'server_error' } }))
  }

/** Failures before any answer, after which another target can be asked. */
export const failuresBeforeAnswer: readonly Fault[] = [
  refusal(500),
  refusal(502),
  refusal(503, { 'retry-after': '1' }),
  (response) => response.destroy(),
]

/** Failures that a caller may notice; all end by themselves. */
export const failures: readonly Fault[] = [
  ...failuresBeforeAnswer,
  refusal(400),
  refusal(404),
  refusal(429, { 'retry-after': '1' }),
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"id": "cut')
  },
  (response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<html>not a model</html>')
  },
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end()
  },
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end('data: {"error": {"message": "as asked", "type": "server_error"}}\n\n')
  },
  (response, events) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(events.slice(0, events.length / 2).join(''))
  },
  (response, events) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(events.slice(0, events.length / 2).join(''), () => response.destroy())
  },
]
