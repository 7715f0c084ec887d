import { Pod } from '@fairlead/kube-types'
import { Duplex } from 'node:stream'
import { callbackify } from 'node:util'
import type { Client, Connection, StreamOptions } from '../client/client.ts'
import type { KeyOf } from '../object-key.ts'

/** The bytes of a port, and what the server says of failures. */
const channels = { data: 0, error: 1 } as const

/** Each channel begins with the number of its port, in two bytes. */
const portBytes = 2
const chunkBytes = 32 * 1024

/**
 * Connects to a port of a pod: what is written arrives there, what is sent from there is read. The end
 * of what is written cannot be told to the pod, only the end of the whole connection. Needs the verbs
 * `get` and `create` on `pods/portforward`. An error of the pod, such as that nothing listens, destroys
 * the stream.
 */
export async function connectToPod(
  client: Client,
  pod: KeyOf<Pod>,
  port: number,
  options: Omit<StreamOptions, 'query'> = {},
): Promise<Duplex> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new TypeError(`${port} is no port: name one from 1 to 65535`)
  }
  const connection = await client.subresource('portforward').connect(Pod, pod, {
    ...options,
    protocols: ['v4.channel.k8s.io'],
    query: { ports: port },
  })
  return duplexOf(connection, port)
}

function duplexOf(connection: Connection, port: number): Duplex {
  const incoming = incomingBytes(connection, port)
  const send = callbackify((chunk: Uint8Array) => sendData(connection, chunk))
  let isReading = false
  return new Duplex({
    read() {
      if (isReading) return
      isReading = true
      void incoming.next().then(
        ({ done, value }) => {
          isReading = false
          this.push(done ? null : value)
        },
        (error: unknown) => this.destroy(asError(error)),
      )
    },
    write(chunk: Buffer, _encoding, callback) {
      send(chunk, callback)
    },
    destroy(error, callback) {
      connection.close()
      void ignoreRest(incoming)
      callback(error)
    },
  })
}

async function* incomingBytes(
  connection: Connection,
  port: number,
): AsyncGenerator<Uint8Array, void> {
  const begun = new Map<number, number>()
  for await (const message of connection.messages()) {
    const channel = message[0] ?? channels.data
    const head = Math.min(portBytes - (begun.get(channel) ?? 0), message.length - 1)
    begun.set(channel, (begun.get(channel) ?? 0) + head)
    const bytes = message.subarray(1 + head)
    if (bytes.length === 0) continue
    if (channel === channels.error) {
      throw new Error(`port ${port} of the pod: ${Buffer.from(bytes).toString('utf8')}`)
    }
    if (channel === channels.data) yield bytes
  }
}

/** Somebody must read on for the other side's close to be seen. */
async function ignoreRest(incoming: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of incoming);
  } catch {
    // Whatever it is, nobody wants to know any more.
  }
}

async function sendData(connection: Connection, chunk: Uint8Array): Promise<void> {
  for (let start = 0; start < chunk.length; start += chunkBytes) {
    const bytes = chunk.subarray(start, start + chunkBytes)
    await connection.send(Buffer.concat([Uint8Array.of(channels.data), bytes]))
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
