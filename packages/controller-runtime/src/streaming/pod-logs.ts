import { Pod } from '@fairlead/kube-types'
import type { Client } from '../client/client.ts'
import type { KeyOf } from '../object-key.ts'
import { linesOf } from './lines.ts'

/** Which part of a log is read. The names are those of Kubernetes' PodLogOptions. */
export interface PodLogOptions {
  /** Needed if the pod has several. */
  readonly container?: string
  /** Goes on with what is written later, until the container ends. */
  readonly follow?: boolean
  /** The log of the container before its last restart. */
  readonly previous?: boolean
  /** Only what was written in the last seconds. */
  readonly sinceSeconds?: number
  /** Only what was written since this time, RFC 3339. */
  readonly sinceTime?: string
  /** Begins each line with the time it was written. */
  readonly timestamps?: boolean
  /** Only the last lines. All by default. */
  readonly tailLines?: number
  /** No more than so many bytes. */
  readonly limitBytes?: number
  /** Ends the log, which otherwise may go on for ever with `follow`. */
  readonly signal?: AbortSignal
  /** How long to wait for the log to begin. Defaults to the client's timeout, 30 s. */
  readonly timeoutMs?: number
}

/**
 * The lines of a container's log, as they come: what is not read is not buffered, and leaving the
 * iteration ends the request. A line of more than 1 MiB comes in pieces. Throws StatusError if the
 * server refuses and ConnectionError if the connection breaks: with `follow`, read on with
 * `sinceTime` then.
 */
export function podLogs(
  client: Client,
  pod: KeyOf<Pod>,
  options: PodLogOptions = {},
): AsyncIterable<string> {
  return linesOf(podLogBytes(client, pod, options))
}

/** As `podLogs`, the bytes as they come. */
export async function* podLogBytes(
  client: Client,
  pod: KeyOf<Pod>,
  options: PodLogOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const { signal, timeoutMs, ...query } = options
  yield* await client
    .subresource('log')
    .stream(Pod, pod, { signal, timeoutMs, query: { ...query } })
}
