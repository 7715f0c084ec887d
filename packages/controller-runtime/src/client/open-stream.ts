import { abortReason } from '@fairlead/base'
import { ConnectionError } from './connection-error.ts'
import type { StreamLife } from './stream-life.ts'
import type { Transport, TransportRequest } from './transport.ts'

/** The bytes of an answer as they come. */
export async function openStream(
  transport: Transport,
  request: TransportRequest,
  life: StreamLife,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    const { body } = await transport.open({ ...request, signal: life.signal })
    life.begin()
    return bytesOf(body as AsyncIterable<Uint8Array>, request, life)
  } catch (error) {
    life.end()
    throw error
  }
}

async function* bytesOf(
  body: AsyncIterable<Uint8Array>,
  request: TransportRequest,
  life: StreamLife,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    if (life.signal.aborted) throw abortReason(life.signal)
    const path = request.path.split('?', 1)[0]
    throw new ConnectionError(`${request.method} ${path}: the stream broke`, { cause })
  } finally {
    life.end()
  }
}
