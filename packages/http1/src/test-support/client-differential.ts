import { request as nodeRequest } from 'node:http'
import { ClientConnection } from '../client/client-connection.ts'
import { ClientExchange } from '../client/client-exchange.ts'
import { MemorySocket, turns } from './memory-socket.ts'
import { joined } from './server-differential.ts'

/** What a client made of the bytes of a connection. */
export interface ClientOutcome {
  status: number
  fields: Readonly<Record<string, string>>
  body: string
  /** Undefined for a response that was read to its end. */
  refusal: string | undefined
  /** Whether bytes came after the response. */
  hadMore: boolean
}

function nothingYet(): ClientOutcome {
  return { status: 0, fields: {}, body: '', refusal: 'nothing came', hadMore: false }
}

/** Gives the pieces to our client, and then the end of the connection. */
export async function readByFairlead(
  method: string,
  pieces: readonly Buffer[],
): Promise<ClientOutcome> {
  const outcome = nothingYet()
  const socket = new MemorySocket({ allowHalfOpen: false })
  let isIdle = false
  const connection = new ClientConnection(
    {
      socket: socket.asSocket(),
      onBytes: (listener) => socket.on('data', listener),
    },
    {
      nowMs: () => 0,
      flushSoon: (writer) => writer.flush(),
      idle: () => (isIdle = true),
      closed: () => {},
      wentStale: () => {},
    },
  )
  const exchange = new ClientExchange(
    { method, path: '/', headers: [], body: new Uint8Array() },
    {
      onHead(status, headers) {
        outcome.status = status
        outcome.fields = headers.toRecord()
      },
      onData: (bytes) => (outcome.body += bytes.toString('latin1')),
      onEnd: () => (outcome.refusal = undefined),
      onError: (error) => (outcome.refusal = error.message),
    },
    `${method} / HTTP/1.1\r\n\r\n`,
    () => {},
  )
  connection.send(exchange)
  await turns(1)
  for (const piece of pieces) {
    if (outcome.refusal === undefined) outcome.hadMore = true
    socket.receive(piece)
    if (pieces.length < 8) await turns(1)
  }
  await turns(1)
  if (outcome.refusal === undefined && !isIdle) outcome.hadMore = true
  socket.receiveEnd()
  await turns(2)
  socket.destroy()
  return outcome
}

/** The same by the client of `node:http`, strict. */
export async function readByNode(
  method: string,
  pieces: readonly Buffer[],
): Promise<ClientOutcome> {
  const outcome = nothingYet()
  const socket = new MemorySocket({ allowHalfOpen: false })
  const request = nodeRequest({
    method,
    path: '/',
    createConnection: () => socket.asSocket(),
    insecureHTTPParser: false,
  })
  request.on('error', (error) => {
    if (outcome.refusal !== undefined) outcome.refusal = error.message
  })
  request.on('response', (response) => {
    outcome.status = response.statusCode ?? 0
    outcome.fields = joined(response.rawHeaders)
    response.on('data', (chunk: Buffer) => (outcome.body += chunk.toString('latin1')))
    response.on('end', () => {
      if (response.complete) outcome.refusal = undefined
    })
    response.on('error', (error) => (outcome.refusal = error.message))
  })
  request.end()
  await turns(2)
  for (const piece of pieces) {
    socket.receive(piece)
    if (pieces.length < 8) await turns(1)
  }
  await turns(2)
  socket.receiveEnd()
  await turns(3)
  socket.destroy()
  return outcome
}
