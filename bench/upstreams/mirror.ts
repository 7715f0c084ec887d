import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chatAnswerOf } from '../calls/recorded-answers.ts'

/** A provider in this process that answers with the path and the body of the call. */
export async function startMirror(): Promise<{
  readonly url: string
  stop(): Promise<void>
}> {
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.end(chatAnswerOf(`${incoming.url} ${Buffer.concat(parts).toString()}`))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
